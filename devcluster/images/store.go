// Package images keeps container images in a directory, makes them of file trees, and serves them to a node.
package images

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/distribution/reference"
)

// Store is a directory of images: `blobs/HEX` with what images are made of, by its SHA-256, and `tags/REPOSITORY/TAG` with
// the digest of a manifest (https://github.com/opencontainers/image-spec).
type Store struct{ Dir string }

// Name is the whole name of an image: its repository with the registry before it, and its tag.
type Name struct{ Repository, Tag string }

// ParseName reads what stands in a pod. As everywhere, `postgres` is docker.io/library/postgres:latest. Errs for what
// is no name.
func ParseName(image string) (Name, error) {
	named, err := reference.ParseDockerRef(image)
	if err != nil {
		return Name{}, err
	}
	name := Name{Repository: named.Name()}
	switch named := named.(type) {
	case reference.Digested:
		name.Tag = named.Digest().String()
	case reference.Tagged:
		name.Tag = named.Tag()
	}
	return name, nil
}

// Has says whether a container runtime that pulls this image from here would get it.
func (s Store) Has(image string) bool {
	name, err := ParseName(image)
	if err != nil {
		return false
	}
	_, err = s.manifest(name)
	return err == nil
}

// manifest is the digest of the manifest that a name stands for.
func (s Store) manifest(name Name) (string, error) {
	if strings.HasPrefix(name.Tag, digestPrefix) {
		_, err := os.Stat(s.blob(name.Tag))
		return name.Tag, err
	}
	text, err := os.ReadFile(s.tag(name))
	return string(text), err
}

func (s Store) tag(name Name) string {
	return filepath.Join(s.Dir, "tags", name.Repository, name.Tag)
}

func (s Store) blob(digest string) string {
	return filepath.Join(s.Dir, "blobs", strings.TrimPrefix(digest, digestPrefix))
}
