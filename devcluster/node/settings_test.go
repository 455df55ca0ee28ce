package node

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestEveryConfigIsFilledInAndReadable(t *testing.T) {
	settings := Settings{Number: 3, Dir: "/data/node", Runtime: "/data/runtime"}
	nConfigs := 0
	err := fs.WalkDir(etc, "etc", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		nConfigs++
		text, err := settings.config(name)
		if err != nil {
			return err
		}
		var content any
		switch {
		case strings.HasSuffix(name, ".yaml"):
			err = yaml.Unmarshal(text, &content)
		case strings.HasSuffix(name, ".conflist"):
			err = json.Unmarshal(text, &content)
		}
		if err != nil || strings.Contains(string(text), "{{") {
			t.Errorf("%s (%v):\n%s", name, err, text)
		}
		return nil
	})
	if err != nil || nConfigs != 6 {
		t.Errorf("%d configs, %v", nConfigs, err)
	}
}

func TestTheNodeListensAtItsOwnAddress(t *testing.T) {
	kubelet, err := Settings{Number: 3}.config("etc/kubelet.yaml")
	if err != nil || !strings.Contains(string(kubelet), "\naddress: 10.200.3.2\n") {
		t.Errorf("%v:\n%s", err, kubelet)
	}
}
