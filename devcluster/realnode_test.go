package main

import (
	"os"
	"path/filepath"
	"testing"

	"berth.dev/devcluster/node"
)

func TestADamagedNumberIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "node-number")
	for text, expected := range map[string]node.Number{"": 0, "7": 7, "99": 0, "-1": 0, "seven": 0} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if found := formerNumber(file); found != expected {
			t.Errorf("%q is read as %d", text, found)
		}
	}
	if found := formerNumber(filepath.Join(t.TempDir(), "none")); found != 0 {
		t.Errorf("%d, of no former start", found)
	}
}

func TestTheNodeIsGivenItsOwnKeysAndTheClustersAuthorityOnly(t *testing.T) {
	c := &cluster{dir: t.TempDir()}
	settings := node.Settings{Dir: filepath.Join(c.dir, "node")}
	pki := c.path("pki")
	if err := os.MkdirAll(pki, 0o700); err != nil {
		t.Fatal(err)
	}
	made := ensure(t, pki)
	if err := writeNodeAccess(c, settings); err != nil {
		t.Fatal(err)
	}
	given := files(t, settings.Access(""))
	if len(given) != 3 || given["ca.crt"] != made["ca.crt"] || given["kubelet.kubeconfig"] == "" || given["kube-proxy.kubeconfig"] == "" {
		t.Errorf("it is given %v", given)
	}
}
