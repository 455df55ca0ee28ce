package main

import (
	"os"
	"testing"

	"berth.dev/devcluster/images"
	"berth.dev/devcluster/node"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// takers are the kinds of node that a pod may be placed on, where postgres:15 is all that there is.
func takers(t *testing.T, pod core.Pod) string {
	t.Helper()
	store := images.Store{Dir: t.TempDir()}
	if err := os.MkdirAll(store.Dir+"/tags/docker.io/library/postgres", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store.Dir+"/tags/docker.io/library/postgres/15", []byte("sha256:0"), 0o644); err != nil {
		t.Fatal(err)
	}
	kinds := ""
	for _, kind := range []string{node.Real, node.Simulated} {
		candidate := framework.NewNodeInfo()
		candidate.SetNode(&core.Node{ObjectMeta: meta.ObjectMeta{Name: kind, Labels: map[string]string{node.Label: kind}}})
		if (placement{store}).Filter(t.Context(), nil, &pod, candidate).IsSuccess() {
			kinds += kind + " "
		}
	}
	return kinds
}

func of(image ...string) core.Pod {
	var pod core.Pod
	for _, image := range image {
		pod.Spec.Containers = append(pod.Spec.Containers, core.Container{Image: image})
	}
	return pod
}

func TestAPodGoesWhereItsImagesAre(t *testing.T) {
	simulated, initFails, selected, system, daemon := of("postgres:15"), of("postgres:15"), of("app:1"), of("app:1"), of("app:1")
	simulated.Annotations = map[string]string{outcomeAnnotation: "crash-loop"}
	initFails.Spec.InitContainers = of("migrate:1").Spec.Containers
	selected.Spec.NodeSelector = map[string]string{node.Label: node.Real}
	system.Spec.NodeSelector = map[string]string{core.LabelOSStable: "linux"}
	daemon.Spec.Affinity = &core.Affinity{NodeAffinity: &core.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &core.NodeSelector{
		NodeSelectorTerms: []core.NodeSelectorTerm{{MatchFields: []core.NodeSelectorRequirement{{Key: meta.ObjectNameField}}}},
	}}}
	const either = "real simulated "
	for name, test := range map[string]struct {
		pod      core.Pod
		expected string
	}{
		"an image that is there":                          {of("postgres:15"), "real "},
		"by its whole name":                               {of("docker.io/library/postgres:15"), "real "},
		"another version":                                 {of("postgres:17"), "simulated "},
		"one of two":                                      {of("postgres:15", "exporter:1"), "simulated "},
		"an init container that cannot run":               {initFails, "simulated "},
		"an outcome of its own":                           {simulated, "simulated "},
		"one that names its kind, by the node's selector": {selected, either},
		"one that wants a system that all have":           {system, "simulated "},
		"one of a DaemonSet":                              {daemon, either},
	} {
		if found := takers(t, test.pod); found != test.expected {
			t.Errorf("%s: %q instead of %q", name, found, test.expected)
		}
	}
}
