package images

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

const (
	digestPrefix = "sha256:"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar+gzip"
	defaultPath  = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)

// Recipe says what becomes an image and how it runs.
type Recipe struct {
	// Names it gets, each as it may stand in a pod.
	Names []string
	// Tree is the directory that becomes its file system.
	Tree string
	// Exclude leaves out what these patterns match in the tree (filepath.Match), with everything below.
	Exclude    []string
	Entrypoint []string
	Cmd        []string
	Env        []string
	User       string
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

type runConfig struct {
	User       string   `json:",omitempty"`
	Env        []string `json:",omitempty"`
	Entrypoint []string `json:",omitempty"`
	Cmd        []string `json:",omitempty"`
}

// Pack makes an image of one layer.
func (s Store) Pack(recipe Recipe) error {
	if err := os.MkdirAll(filepath.Join(s.Dir, "blobs"), 0o755); err != nil {
		return err
	}
	unpacked := sha256.New()
	layer, err := s.write(layerType, func(w io.Writer) error {
		zipped, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			return err
		}
		if err := pack(io.MultiWriter(zipped, unpacked), recipe.Tree, recipe.Exclude); err != nil {
			return err
		}
		return zipped.Close()
	})
	if err != nil {
		return err
	}
	env := recipe.Env
	if !slices.ContainsFunc(env, func(s string) bool { return strings.HasPrefix(s, "PATH=") }) {
		env = append([]string{defaultPath}, env...)
	}
	config, err := s.writeJSON(configType, map[string]any{
		"architecture": runtime.GOARCH, "os": "linux",
		"config": runConfig{recipe.User, env, recipe.Entrypoint, recipe.Cmd},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digestPrefix + hex.EncodeToString(unpacked.Sum(nil))}},
	})
	if err != nil {
		return err
	}
	manifest, err := s.writeJSON(manifestType, map[string]any{
		"schemaVersion": 2, "mediaType": manifestType, "config": config, "layers": []descriptor{layer},
	})
	if err != nil {
		return err
	}
	for _, name := range recipe.Names {
		if err := s.setTag(name, manifest.Digest); err != nil {
			return err
		}
	}
	return nil
}

func (s Store) setTag(image, digest string) error {
	name, err := ParseName(image)
	if err != nil {
		return err
	}
	file := s.tag(name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(digest), 0o644)
}

func (s Store) writeJSON(mediaType string, value any) (descriptor, error) {
	return s.write(mediaType, func(w io.Writer) error { return json.NewEncoder(w).Encode(value) })
}

func (s Store) write(mediaType string, write func(io.Writer) error) (descriptor, error) {
	file, err := os.CreateTemp(s.Dir, "unfinished-")
	if err != nil {
		return descriptor{}, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	hash := sha256.New()
	if err := write(io.MultiWriter(file, hash)); err != nil {
		return descriptor{}, err
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return descriptor{}, err
	}
	digest := digestPrefix + hex.EncodeToString(hash.Sum(nil))
	return descriptor{mediaType, digest, size}, os.Rename(file.Name(), s.blob(digest))
}

func pack(w io.Writer, tree string, exclude []string) error {
	archive := tar.NewWriter(w)
	err := filepath.WalkDir(tree, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == tree {
			return err
		}
		name, err := filepath.Rel(tree, path)
		if err != nil {
			return err
		}
		if isExcluded(name, exclude) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		return add(archive, path, name, entry)
	})
	if err != nil {
		return err
	}
	return archive.Close()
}

func isExcluded(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, err := filepath.Match(pattern, name)
		return err == nil && matched
	})
}

// add leaves devices, pipes and sockets out: those of a container are its runtime's business.
func add(archive *tar.Writer, path, name string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	target := ""
	switch info.Mode().Type() {
	case fs.ModeSymlink:
		if target, err = os.Readlink(path); err != nil {
			return err
		}
	case 0, fs.ModeDir:
	default:
		return nil
	}
	header, err := tar.FileInfoHeader(info, target)
	if err != nil {
		return err
	}
	header.Name = name
	if info.IsDir() {
		header.Name += "/"
	}
	header.Uname, header.Gname = "", ""
	if owner, known := info.Sys().(*syscall.Stat_t); known {
		header.Uid, header.Gid = int(owner.Uid), int(owner.Gid)
	}
	if err := archive.WriteHeader(header); err != nil || !info.Mode().IsRegular() {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(archive, file)
	return err
}
