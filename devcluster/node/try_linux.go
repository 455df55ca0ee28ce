package node

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// TryPart is the name of the command that [Try] is.
const TryPart = "node-try"

// trials are what a node needs of this machine's kernel, and how it is found out: in namespaces that go with the process.
var trials = []struct {
	needed string
	try    func(dir string) error
}{
	{"mounts of its own", tryMounts},
	{"overlayfs in the directory of its data", tryOverlay},
	{"devices, and the kernel's log /dev/kmsg to read", tryDevices},
	{"links of the kinds veth and bridge", tryLinks},
	{"rules of nftables in a network of its own", tryRules},
}

// Try finds out whether this process can start a node whose data is below a directory, which is its only argument. Errs with one line that
// says what this machine lacks. Nothing is left of it.
func Try(args []string) error {
	if len(args) == 2 && args[1] == "inside" {
		return errors.Join(os.Setenv("PATH", systemPath), tryAll(args[0]))
	}
	if len(args) != 1 {
		return errors.New("a directory is needed, and nothing else")
	}
	if err := tryCgroups(cgroups); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(args[0], "try-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	inside := exec.Command("/proc/self/exe", TryPart, scratch, "inside")
	inside.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
	}
	said, err := inside.CombinedOutput()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended) && len(bytes.TrimSpace(said)) == 0:
		return fmt.Errorf("no namespaces can be had: %w", err)
	case errors.As(err, &ended):
		return errors.New(strings.TrimPrefix(string(bytes.TrimSpace(said)), "devcluster "+TryPart+": "))
	case err != nil:
		return fmt.Errorf("no namespaces can be had: %w", err)
	default:
		return nil
	}
}

func tryAll(dir string) error {
	for _, trial := range trials {
		if err := trial.try(dir); err != nil {
			return fmt.Errorf("a node needs %s (%s)", trial.needed, strings.ReplaceAll(err.Error(), "\n", " "))
		}
	}
	return nil
}

func tryMounts(dir string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	return mount("proc", filepath.Join(dir, "proc"), "proc", 0, "")
}

func tryOverlay(dir string) error {
	for _, of := range []string{"lower", "upper", "work"} {
		if err := os.Mkdir(filepath.Join(dir, of), 0o700); err != nil {
			return err
		}
	}
	of := fmt.Sprintf("lowerdir=%[1]s/lower,upperdir=%[1]s/upper,workdir=%[1]s/work", dir)
	return mount("overlay", filepath.Join(dir, "merged"), "overlay", 0, of)
}

func tryDevices(dir string) error {
	root := filepath.Join(dir, "root")
	if err := mountDevices(root, Settings{}); err != nil {
		return err
	}
	log, err := os.Open(filepath.Join(root, "dev/kmsg"))
	if err != nil {
		return err
	}
	return log.Close()
}

func tryLinks(string) error {
	veth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: inner}, PeerName: "peer"}
	if err := netlink.LinkAdd(veth); err != nil {
		return fmt.Errorf("veth: %w", err)
	}
	if err := netlink.LinkAdd(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "cni0"}}); err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	return nil
}

// tryRules also makes one of each kind that kube-proxy makes.
func tryRules(string) error {
	if err := keepInside(0); err != nil {
		return err
	}
	command := exec.Command("nft", "-f", "-")
	command.Stdin = strings.NewReader(`table ip try {
	chain services {
		type nat hook prerouting priority -100;
		fib daddr type local tcp dport 1 dnat to numgen random mod 2 map { 0 : 10.244.0.2, 1 : 10.244.0.3 }
	}
	chain masquerading {
		type nat hook postrouting priority 100;
		meta mark 0x4000 masquerade fully-random
	}
}
`)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, bytes.TrimSpace(output))
	}
	return nil
}
