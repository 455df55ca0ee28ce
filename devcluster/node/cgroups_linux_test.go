package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// group is a directory with files, as the kernel shows a control group.
func group(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestControlGroupsThatAKubeletCannotUseAreRefusedInOneLine(t *testing.T) {
	const all, some = "cpuset cpu io memory hugetlb pids", "cpu memory"
	for name, test := range map[string]struct {
		files    map[string]string
		expected string
	}{
		"version 1":                        {map[string]string{"cpu/cgroup.procs": "1", "cpuacct/cgroup.procs": "1", "cpuset/cgroup.procs": "1", "memory/cgroup.procs": "1"}, ""},
		"version 1 without a hierarchy":    {map[string]string{"cpu/cgroup.procs": "1", "cpuacct/cgroup.procs": "1", "cpuset/cgroup.procs": "1"}, "for memory"},
		"none":                             {map[string]string{}, "for cpu, cpuacct, cpuset, memory"},
		"version 2":                        {map[string]string{"cgroup.controllers": all, passedOn: some, "cgroup.procs": "1"}, ""},
		"version 2 without a controller":   {map[string]string{"cgroup.controllers": some, passedOn: some}, "for cpuset, pids"},
		"a container that passes all on":   {map[string]string{"cgroup.controllers": all, passedOn: all, "cgroup.type": "domain", "cgroup.procs": ""}, ""},
		"a container that could":           {map[string]string{"cgroup.controllers": all, passedOn: "", "cgroup.type": "domain", "cgroup.procs": ""}, ""},
		"a container with processes of it": {map[string]string{"cgroup.controllers": all, passedOn: "", "cgroup.type": "domain", "cgroup.procs": "1"}, "processes of its own"},
	} {
		err := tryCgroups(group(t, test.files))
		if (err == nil) != (test.expected == "") || err != nil && (!strings.HasSuffix(strings.ReplaceAll(err.Error(), " and passes on no controllers", ""), test.expected) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v, expected %q", name, err, test.expected)
		}
	}
}

func TestOnlyWhatWasNotPassedOnIsLentAndTakenBack(t *testing.T) {
	dir, note := group(t, map[string]string{passedOn: "cpu cpuset memory pids io"}), filepath.Join(t.TempDir(), lentFile)
	if err := lend(dir, note); err != nil {
		t.Fatal(err)
	}
	if lent, err := os.ReadFile(note); err != nil || string(lent) != "hugetlb" {
		t.Errorf("%q was lent (%v)", lent, err)
	}
	takeBack(dir, note)
	if written, err := os.ReadFile(filepath.Join(dir, passedOn)); err != nil || string(written) != "-hugetlb" {
		t.Errorf("%q was written last (%v)", written, err)
	}
	if _, err := os.Stat(note); err == nil {
		t.Error("it would be taken back again")
	}
}
