package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// repository is a classic repository: the files of a directory, each with a tag of what is in it.
type repository struct {
	dir string
	// people may read it; everybody if there are none.
	people users
}

func (h *repository) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, isKnown := h.people.know(r); h.people != nil && (name == "" || !isKnown) {
		w.Header().Set("WWW-Authenticate", `Basic realm="charts"`)
		http.Error(w, "sign in first", http.StatusUnauthorized)
		return
	}
	content, err := os.ReadFile(filepath.Join(h.dir, filepath.FromSlash(filepath.Clean("/"+r.URL.Path))))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(content)))
	http.ServeContent(w, r, r.URL.Path, time.Time{}, bytes.NewReader(content))
}
