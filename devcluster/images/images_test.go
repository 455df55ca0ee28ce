package images

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func TestNamesAreReadAsARuntimeReadsThem(t *testing.T) {
	for image, expected := range map[string]Name{
		"postgres":                         {"docker.io/library/postgres", "latest"},
		"postgres:15":                      {"docker.io/library/postgres", "15"},
		"docker.io/library/postgres:15":    {"docker.io/library/postgres", "15"},
		"index.docker.io/postgres:15":      {"docker.io/library/postgres", "15"},
		"bitnami/redis:7":                  {"docker.io/bitnami/redis", "7"},
		"registry.k8s.io/pause:3.10":       {"registry.k8s.io/pause", "3.10"},
		"localhost:5000/team/app:1.0":      {"localhost:5000/team/app", "1.0"},
		"registry.example.com/team/app:v1": {"registry.example.com/team/app", "v1"},
	} {
		name, err := ParseName(image)
		if err != nil || name != expected {
			t.Errorf("%s is %v (%v), not %v", image, name, err, expected)
		}
	}
	if name, err := ParseName("registry.example.com/Team/App:1.0"); err == nil {
		t.Errorf("capitals are no name, but %v was read", name)
	}
}

// packed is a store with one image, made of one file.
func packed(t *testing.T) Store {
	t.Helper()
	store, tree := Store{t.TempDir()}, t.TempDir()
	for file, text := range map[string]string{"hello": "world", "doc/manual": "much"} {
		path := filepath.Join(tree, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	recipe := Recipe{Names: []string{"postgres:15", "postgres:15.9"}, Tree: tree, Exclude: []string{"doc"}}
	if err := store.Pack(recipe); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestAnImageIsThereUnderEachOfItsNamesAndNoOther(t *testing.T) {
	store := packed(t)
	for image, expected := range map[string]bool{
		"postgres:15":                     true,
		"docker.io/library/postgres:15.9": true,
		"postgres":                        false,
		"postgres:16":                     false,
		"registry.example.com/library/postgres:15": false,
		"Not A Name": false,
	} {
		if store.Has(image) != expected {
			t.Errorf("%s: expected %v", image, expected)
		}
	}
}

func TestTheRegistryGivesWhatIsThereAndRefusesTheRest(t *testing.T) {
	server := httptest.NewServer(packed(t))
	defer server.Close()
	for path, expected := range map[string]int{
		"/v2/": http.StatusOK,
		"/v2/library/postgres/manifests/15?ns=docker.io":            http.StatusOK,
		"/v2/library/postgres/manifests/15?ns=registry.example.com": http.StatusNotFound,
		"/v2/library/postgres/manifests/16?ns=docker.io":            http.StatusNotFound,
		"/v2/library/postgres/blobs/sha256:00?ns=docker.io":         http.StatusNotFound,
		"/v2/private/app/manifests/1.0?ns=registry.example.com":     http.StatusUnauthorized,
		"/v2/x/manifests/15?ns=..%2F..":                             http.StatusNotFound,
	} {
		answer, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode != expected {
			t.Errorf("%s: %d instead of %d", path, answer.StatusCode, expected)
		}
	}
}
