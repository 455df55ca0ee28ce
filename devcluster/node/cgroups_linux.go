package node

import (
	"errors"
	"fmt"
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
func makeCgroup(s Settings) error {
	for _, hierarchy := range hierarchies() {
		dir := filepath.Join(hierarchy, s.Number.Cgroup())
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if isUnified() {
			if err := lend(hierarchy, s.path(lentFile)); err != nil {
				return err
			}
			passOn(dir)
			continue
		}
		if err := inheritCPUs(hierarchy, dir); err != nil {
			return err
		}
	}
	return nil
}

// lentFile names, in the node's directory, the controllers that the machine's groups have because of it.
const lentFile = "controllers"

// lend has a group of the machine's own pass on what it did not, and writes down what that is.
func lend(group, file string) error {
	lent := passOn(group)
	if len(lent) == 0 {
		return nil
	}
	return os.WriteFile(file, []byte(strings.Join(lent, " ")), 0o600)
}

// takeBack has it as it was before. What somebody else's groups have come to use stays.
func takeBack(group, file string) {
	lent, err := os.ReadFile(file)
	if err != nil {
		return
	}
	for _, controller := range strings.Fields(string(lent)) {
		_ = os.WriteFile(filepath.Join(group, passedOn), []byte("-"+controller), 0o644)
	}
	_ = os.Remove(file)
}

// passedOn is the file of a group that says which controllers the groups below have.
const passedOn = "cgroup.subtree_control"

// passOn lets groups below have every controller there is, and returns those that they did not have. One that cannot be had
// is none that the kubelet insists on, or it says so itself.
func passOn(group string) (added []string) {
	had, _ := os.ReadFile(filepath.Join(group, passedOn))
	for _, controller := range []string{"cpu", "cpuset", "memory", "pids", "io", "hugetlb"} {
		if slices.Contains(strings.Fields(string(had)), controller) {
			continue
		}
		if os.WriteFile(filepath.Join(group, passedOn), []byte("+"+controller), 0o644) == nil {
			added = append(added, controller)
		}
	}
	return added
}

// The controllers that a kubelet insists on, in version 1 and in version 2.
var (
	wantedV1 = []string{"cpu", "cpuacct", "cpuset", "memory"}
	wantedV2 = []string{"cpu", "cpuset", "memory", "pids"}
)

// tryCgroups errs, with one line, where the control groups at `dir` are none that a kubelet can have its own below.
func tryCgroups(dir string) error {
	controllers, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return lacking(wantedV1, func(controller string) bool {
			_, err := os.Stat(filepath.Join(dir, controller, "cgroup.procs"))
			return err == nil
		})
	}
	if err := lacking(wantedV2, func(controller string) bool { return slices.Contains(strings.Fields(string(controllers)), controller) }); err != nil {
		return err
	}
	had, err := os.ReadFile(filepath.Join(dir, passedOn))
	if err != nil {
		return err
	}
	passesOn := lacking(wantedV2, func(controller string) bool { return slices.Contains(strings.Fields(string(had)), controller) }) == nil
	// Only the first group of all may have processes and pass controllers on, and it has no type.
	_, err = os.Stat(filepath.Join(dir, "cgroup.type"))
	isFirst := err != nil
	processes, _ := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
	if !passesOn && !isFirst && len(processes) > 0 {
		return errors.New("the control group of this container has processes of its own and passes on no controllers")
	}
	return nil
}

func lacking(wanted []string, has func(string) bool) error {
	missing := slices.DeleteFunc(slices.Clone(wanted), has)
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("there are no control groups for %s", strings.Join(missing, ", "))
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
