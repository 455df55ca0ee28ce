package node

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/template"
)

// Names that begin with an underscore too.
//
//go:embed all:etc
var etc embed.FS

// The socket of containerd is on the node's own /run: what it keeps of running containers is gone with them.
const criSocket = "/run/containerd/containerd.sock"

// APIServer is where the API server is reached in the node, by kubelet and kube-proxy.
const APIServer = "https://127.0.0.1:6443"

// The ports in the node at which the API server is, for its pods, and its registry, for containerd.
const (
	APIPort      = 6443
	registryPort = 5000
)

// Settings say what a node is made of; all paths are absolute.
type Settings struct {
	Number Number
	// Dir is for the node's data and logs, and has, at [Settings.Access], what it knows of the control plane: `ca.crt`, `kubelet.kubeconfig` and
	// `kube-proxy.kubeconfig`, with everything in each file.
	Dir string
	// Volumes has a directory for each volume.
	Volumes string
	// APIAddress is where this machine reaches the API server.
	APIAddress string
	// Images is a store of them.
	Images string
	// Runtime is the directory of containerd, containerd-shim-runc-v2, runc and the CNI plugins.
	Runtime string
	// Program has the parts `kubelet` and `kube-proxy`.
	Program string
}

func (s Settings) path(elements ...string) string {
	return filepath.Join(append([]string{s.Dir}, elements...)...)
}

// Access is where a file is of what the node knows of the control plane.
func (s Settings) Access(name string) string { return s.path("access", name) }

// writeConfigs fills in what is in `etc` and writes it to the directory of the same name.
func (s Settings) writeConfigs() error {
	return fs.WalkDir(etc, "etc", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(s.path(name), 0o700)
		}
		text, err := s.config(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return os.WriteFile(s.path(name), text, 0o600)
	})
}

func (s Settings) config(name string) ([]byte, error) {
	config, err := template.New(filepath.Base(name)).Option("missingkey=error").ParseFS(etc, name)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = config.Execute(&text, map[string]any{
		"Dir": s.Dir, "Runtime": s.Runtime, "Socket": criSocket,
		"IP": s.Number.IP(), "PodNet": s.Number.PodNet(), "Cgroup": s.Number.Cgroup(), "RegistryPort": registryPort,
	})
	return text.Bytes(), err
}
