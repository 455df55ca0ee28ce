package images

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
)

var registryPath = regexp.MustCompile(`^/v2/(.+)/(manifests|blobs)/([^/]+)$`)

// ServeHTTP answers as a registry that images can be pulled from and nothing pushed to
// (https://github.com/opencontainers/distribution-spec). It stands for every registry: containerd says in `ns` which one
// it means. Repositories below `private/` want a password that nobody has.
func (s Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v2/" {
		return
	}
	match := registryPath.FindStringSubmatch(r.URL.Path)
	if match == nil || strings.Contains(r.URL.Path, "..") || strings.ContainsAny(r.URL.Query().Get("ns"), "/\\") {
		refuse(w, http.StatusNotFound, "NAME_UNKNOWN", "there is no such repository")
		return
	}
	path, kind, tag := match[1], match[2], match[3]
	if strings.HasPrefix(path, "private/") {
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
		return
	}
	digest, mediaType := tag, "application/octet-stream"
	if kind == "manifests" {
		var err error
		name := Name{Repository: r.URL.Query().Get("ns") + "/" + path, Tag: tag}
		if digest, err = s.manifest(name); err != nil {
			refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "there is no such image")
			return
		}
		mediaType = manifestType
	}
	s.serveBlob(w, r, digest, mediaType)
}

func (s Store) serveBlob(w http.ResponseWriter, r *http.Request, digest, mediaType string) {
	blob, err := os.Open(s.blob(digest))
	if err != nil {
		refuse(w, http.StatusNotFound, "BLOB_UNKNOWN", "there is no such blob")
		return
	}
	defer blob.Close()
	info, err := blob.Stat()
	if err != nil {
		refuse(w, http.StatusInternalServerError, "UNKNOWN", err.Error())
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Docker-Content-Digest", digest)
	http.ServeContent(w, r, "", info.ModTime(), blob)
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}
