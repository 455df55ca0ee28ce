package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// files are the contents of a directory, by name.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[entry.Name()] = string(text)
	}
	return found
}

func ensure(t *testing.T, dir string) map[string]string {
	t.Helper()
	if err := ensurePKI(dir); err != nil {
		t.Fatal(err)
	}
	return files(t, dir)
}

func TestCertificatesAreMadeOnceAndWhatIsMissingOrDamagedIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	made := ensure(t, dir)
	if again := ensure(t, dir); !maps.Equal(made, again) {
		t.Error("they were made twice")
	}
	for name := range made {
		for _, text := range []string{"", made[name][:len(made[name])/2]} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			again := ensure(t, dir)
			if again[name] == text {
				t.Errorf("%s stays damaged", name)
			}
			if !maps.Equal(again, ensure(t, dir)) {
				t.Errorf("after %s was damaged, not all fits together", name)
			}
			if isOfAnAuthority := slices.Contains([]string{"ca.crt", "ca.key", "front-proxy-ca.crt", "front-proxy-ca.key"}, name); !isOfAnAuthority && again["ca.crt"] != made["ca.crt"] {
				t.Errorf("after %s was damaged, nothing of before is trusted", name)
			}
			made = again
		}
	}
}

func TestWhatAnOlderOneDidNotVouchForIsIssuedAnew(t *testing.T) {
	dir := t.TempDir()
	made := ensure(t, dir)
	ca, err := ensureCA(dir, "ca")
	if err != nil {
		t.Fatal(err)
	}
	older := clientOf("kube-apiserver") // without any of its names and addresses
	if err := ensureIssued(dir, "apiserver", older, ca); err != nil {
		t.Fatal(err)
	}
	older.Subject.CommonName = "somebody"
	if err := ensureIssued(dir, "kubelet", older, ca); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	after := ensure(t, dir)
	for _, name := range []string{"apiserver.crt", "kubelet.crt"} {
		if before[name] == after[name] {
			t.Errorf("%s is the older one", name)
		}
	}
	if made["ca.crt"] != after["ca.crt"] || made["admin.crt"] != after["admin.crt"] {
		t.Error("what is right was made anew")
	}
}
