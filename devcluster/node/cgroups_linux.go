package node

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const cgroups = "/sys/fs/cgroup"

// isUnified says whether this machine has version 2 of control groups, and one hierarchy.
func isUnified() bool {
	_, err := os.Stat(filepath.Join(cgroups, "cgroup.controllers"))
	return err == nil
}

// hierarchies are the directories of the mounted ones.
func hierarchies() []string {
	if isUnified() {
		return []string{cgroups}
	}
	dirs, _ := filepath.Glob(filepath.Join(cgroups, "*"))
	return slices.DeleteFunc(dirs, func(dir string) bool {
		info, err := os.Lstat(dir) // some have a second name
		return err != nil || !info.IsDir()
	})
}

// makeCgroup makes the group below which the kubelet keeps those of pods: it wants it to be in every hierarchy.
func makeCgroup(n Number) error {
	for _, hierarchy := range hierarchies() {
		dir := filepath.Join(hierarchy, n.Cgroup())
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if isUnified() {
			passOn(hierarchy)
			passOn(dir)
			continue
		}
		if err := inheritCPUs(hierarchy, dir); err != nil {
			return err
		}
	}
	return nil
}

// passOn lets groups below have every controller there is. One that cannot be had is none that the kubelet insists on, or it
// says so itself.
func passOn(group string) {
	for _, controller := range []string{"cpu", "cpuset", "memory", "pids", "io", "hugetlb"} {
		_ = os.WriteFile(filepath.Join(group, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
	}
}

// inheritCPUs gives a new group of the hierarchy `cpuset` what it needs to take any process.
func inheritCPUs(hierarchy, dir string) error {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(hierarchy, file))
		if errors.Is(err, fs.ErrNotExist) || strings.TrimSpace(string(value)) == "" {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, file), value, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// removeCgroup removes the node's groups, of which the kernel may still empty some.
func removeCgroup(n Number) {
	const limit = 2 * time.Second
	for begin := time.Now(); time.Since(begin) < limit; time.Sleep(50 * time.Millisecond) {
		left := false
		for _, hierarchy := range hierarchies() {
			left = !removeTree(filepath.Join(hierarchy, n.Cgroup())) || left
		}
		if !left {
			return
		}
	}
}

// removeTree removes the directories of a tree, whose files belong to them, and says whether all are gone.
func removeTree(tree string) bool {
	var dirs []string
	_ = filepath.WalkDir(tree, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			dirs = append(dirs, path)
		}
		return nil
	})
	gone := true
	for _, dir := range slices.Backward(dirs) {
		gone = os.Remove(dir) == nil && gone
	}
	return gone
}
