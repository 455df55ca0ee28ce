package node

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// tunables are settings of the whole machine that a kubelet changes unless they are as it wants them. What it reads here
// is what it wants.
var tunables = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// enterRoot gives this process, whose mounts are its own, a new file system: the machine's programs to read, the
// directories of `s` where they are, and nothing else of the machine's.
func enterRoot(s Settings) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	root := s.path("root")
	if err := mount("tmpfs", root, "tmpfs", 0, "mode=755"); err != nil {
		return err
	}
	for _, step := range []func(string, Settings) error{bindPrograms, bindDirs, mountKernel, mountDevices, writeFiles} {
		if err := step(root, s); err != nil {
			return err
		}
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	// The old root is put over the new one and taken off it again (pivot_root(2)).
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	if err := coverTunables(); err != nil {
		return err
	}
	return unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, "") // so that pods can pass mounts on
}

// bindPrograms shows what is installed, to be read only.
func bindPrograms(root string, _ Settings) error {
	for _, dir := range []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"} {
		info, err := os.Lstat(dir)
		if err != nil {
			continue // not every machine has each
		}
		if info.IsDir() {
			if err := bind(dir, filepath.Join(root, dir), unix.MS_RDONLY); err != nil {
				return err
			}
			continue
		}
		target, err := os.Readlink(dir)
		if err != nil {
			return err
		}
		if err := os.Symlink(target, filepath.Join(root, dir)); err != nil {
			return err
		}
	}
	return nil
}

// bindDirs shows what the node is made of, to be read only, and what it writes to.
func bindDirs(root string, s Settings) error {
	for _, dir := range []string{s.Images, s.Runtime} {
		if err := bind(dir, filepath.Join(root, dir), unix.MS_RDONLY); err != nil {
			return err
		}
	}
	if err := bindFile(s.Program, filepath.Join(root, s.Program)); err != nil {
		return err
	}
	for _, dir := range []string{s.Dir, s.Volumes} {
		if err := bind(dir, filepath.Join(root, dir), 0); err != nil {
			return err
		}
	}
	return nil
}

// mountKernel shows what the kernel tells of the node's own network and processes.
func mountKernel(root string, _ Settings) error {
	if err := mount("proc", filepath.Join(root, "proc"), "proc", 0, ""); err != nil {
		return err
	}
	if err := mount("sysfs", filepath.Join(root, "sys"), "sysfs", 0, ""); err != nil {
		return err
	}
	return unix.Mount(cgroups, filepath.Join(root, cgroups), "", unix.MS_BIND|unix.MS_REC, "")
}

// mountDevices makes the devices that every container has, and the kernel's log, which the kubelet reads. Disks and the
// like are not for pods, whatever they are allowed.
func mountDevices(root string, _ Settings) error {
	dev := filepath.Join(root, "dev")
	if err := mount("tmpfs", dev, "tmpfs", unix.MS_NOSUID, "mode=755"); err != nil {
		return err
	}
	numbers := map[string][2]uint32{
		"null": {1, 3}, "zero": {1, 5}, "full": {1, 7}, "random": {1, 8}, "urandom": {1, 9}, "kmsg": {1, 11}, "tty": {5, 0},
	}
	for name, number := range numbers {
		path := filepath.Join(dev, name)
		if err := unix.Mknod(path, unix.S_IFCHR, int(unix.Mkdev(number[0], number[1]))); err != nil {
			return fmt.Errorf("mknod %s: %w", path, err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2", "ptmx": "pts/ptmx",
	} {
		if err := os.Symlink(target, filepath.Join(dev, name)); err != nil {
			return err
		}
	}
	if err := mount("devpts", filepath.Join(dev, "pts"), "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620"); err != nil {
		return err
	}
	return mount("tmpfs", filepath.Join(dev, "shm"), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777")
}

func writeFiles(root string, s Settings) error {
	for _, dir := range []string{"etc", "run", "tmp", "var/lib", "var/log", "opt", "root"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	release, err := os.ReadFile("/etc/os-release") // a node says which system it has
	if err != nil {
		release = []byte("PRETTY_NAME=Linux\n")
	}
	for name, text := range map[string]string{
		"hosts":      "127.0.0.1 localhost\n" + s.Number.IP() + " " + Name + "\n",
		"passwd":     "root:x:0:0:root:/root:/bin/sh\n",
		"group":      "root:x:0:\n",
		"os-release": string(release),
		// Nobody outside can be asked: pods ask the node for the names of Services.
		"resolv.conf": "nameserver " + s.Number.IP() + "\n",
	} {
		if err := os.WriteFile(filepath.Join(root, "etc", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return os.Chmod(filepath.Join(root, "tmp"), 0o1777)
}

func coverTunables() error {
	for name, value := range tunables {
		file := "/run/tunables/" + strings.ReplaceAll(name, "/", ".")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(value+"\n"), 0o444); err != nil {
			return err
		}
		if err := unix.Mount(file, "/proc/sys/"+name, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("cover %s: %w", name, err)
		}
	}
	return nil
}

func mount(source, target, kind string, flags uintptr, data string) error {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		return fmt.Errorf("mount %s at %s: %w", kind, target, err)
	}
	return nil
}

// bind shows a directory at another place; `flags` may be MS_RDONLY.
func bind(source, target string, flags uintptr) error {
	if err := mount(source, target, "", unix.MS_BIND, ""); err != nil || flags == 0 {
		return err
	}
	return unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|flags, "")
}

// bindFile shows one file, to be read only, and nothing beside it, unless it is to be seen already.
func bindFile(source, target string) error {
	if _, err := os.Lstat(target); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(target, nil, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount at %s: %w", target, err)
	}
	return unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
}
