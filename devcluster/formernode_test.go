package main

import (
	"testing"

	"berth.dev/devcluster/node"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	registration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	registryfake "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset/fake"
)

func named(namespace, name string) meta.ObjectMeta {
	return meta.ObjectMeta{Namespace: namespace, Name: name}
}

// afterARealNode is what a cluster keeps that had one, beside what is on a simulated node.
func afterARealNode() (*fake.Clientset, *registryfake.Clientset) {
	claim := func(name, volume string) *core.PersistentVolumeClaim {
		claim := &core.PersistentVolumeClaim{ObjectMeta: named("team", name), Spec: core.PersistentVolumeClaimSpec{VolumeName: volume}}
		claim.UID = "uid-of-"
		claim.Labels = map[string]string{"app": name}
		claim.Annotations = map[string]string{"pv.kubernetes.io/bind-completed": "yes", selectedNode: node.Name, "owner": "them"}
		return claim
	}
	volume := func(name, claim string) *core.PersistentVolume {
		ref := &core.ObjectReference{Namespace: "team", Name: claim, UID: "uid-of-"}
		return &core.PersistentVolume{ObjectMeta: named("", name), Spec: core.PersistentVolumeSpec{ClaimRef: ref}}
	}
	pod := func(name, on string) *core.Pod {
		return &core.Pod{ObjectMeta: named("team", name), Spec: core.PodSpec{NodeName: on}}
	}
	client := fake.NewClientset(
		&core.Node{ObjectMeta: named("", node.Name)}, &core.Node{ObjectMeta: named("", "node-1")},
		&core.Service{ObjectMeta: named(meta.NamespaceSystem, metricsPart)}, &core.Service{ObjectMeta: named("team", metricsPart)},
		&discovery.EndpointSlice{ObjectMeta: named(meta.NamespaceDefault, apiAddress)},
		pod("ran", node.Name), pod("simulated", "node-1"),
		claim("ledger", "real-1"), volume("real-1", "ledger"),
		claim("archive", "pvc-1"), volume("pvc-1", "archive"),
		volume("real-2", "of-a-claim-that-is-gone"),
	)
	registry := registryfake.NewClientset(
		&registration.APIService{ObjectMeta: named("", metricsAPI)}, &registration.APIService{ObjectMeta: named("", "v1.apps")},
	)
	return client, registry
}

func TestWithoutARealNodeNothingOfAFormerOneIsLeft(t *testing.T) {
	client, registry := afterARealNode()
	for range 2 { // and where nothing is left, there is nothing to do
		if err := removeRealNode(t.Context(), client, registry); err != nil {
			t.Fatal(err)
		}
	}
	for what, isThere := range map[string]func() error{
		"the node": func() error {
			_, err := client.CoreV1().Nodes().Get(t.Context(), node.Name, meta.GetOptions{})
			return err
		},
		"its pod": func() error {
			_, err := client.CoreV1().Pods("team").Get(t.Context(), "ran", meta.GetOptions{})
			return err
		},
		"its volume":        volumeIsThere(t, client, "real-1"),
		"its unused volume": volumeIsThere(t, client, "real-2"),
		"the Service of metrics": func() error {
			_, err := client.CoreV1().Services(meta.NamespaceSystem).Get(t.Context(), metricsPart, meta.GetOptions{})
			return err
		},
		"the address of the API": func() error {
			_, err := client.DiscoveryV1().EndpointSlices(meta.NamespaceDefault).Get(t.Context(), apiAddress, meta.GetOptions{})
			return err
		},
		"a dead part of the API": func() error {
			_, err := registry.ApiregistrationV1().APIServices().Get(t.Context(), metricsAPI, meta.GetOptions{})
			return err
		},
	} {
		if err := isThere(); !errors.IsNotFound(err) {
			t.Errorf("%s is left (%v)", what, err)
		}
	}
	for what, isThere := range map[string]func() error{
		"a simulated node": func() error {
			_, err := client.CoreV1().Nodes().Get(t.Context(), "node-1", meta.GetOptions{})
			return err
		},
		"a simulated pod": func() error {
			_, err := client.CoreV1().Pods("team").Get(t.Context(), "simulated", meta.GetOptions{})
			return err
		},
		"a simulated volume": volumeIsThere(t, client, "pvc-1"),
		"a Service of the name": func() error {
			_, err := client.CoreV1().Services("team").Get(t.Context(), metricsPart, meta.GetOptions{})
			return err
		},
		"another part of the API": func() error {
			_, err := registry.ApiregistrationV1().APIServices().Get(t.Context(), "v1.apps", meta.GetOptions{})
			return err
		},
	} {
		if err := isThere(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	claims := client.CoreV1().PersistentVolumeClaims("team")
	anew, err := claims.Get(t.Context(), "ledger", meta.GetOptions{})
	if err != nil || anew.Spec.VolumeName != "" || anew.Annotations[selectedNode] != "" || anew.Annotations["owner"] != "them" || anew.Labels["app"] != "ledger" {
		t.Errorf("its claim does not begin anew: %+v (%v)", anew, err)
	}
	if other, err := claims.Get(t.Context(), "archive", meta.GetOptions{}); err != nil || other.Spec.VolumeName != "pvc-1" {
		t.Errorf("another claim is changed: %+v (%v)", other, err)
	}
}

func volumeIsThere(t *testing.T, client kubernetes.Interface, name string) func() error {
	return func() error {
		_, err := client.CoreV1().PersistentVolumes().Get(t.Context(), name, meta.GetOptions{})
		return err
	}
}

func TestAPartOfTheAPIIsBroughtUpToDateThoughSomebodyWritesToItMeanwhile(t *testing.T) {
	_, registry := afterARealNode()
	nConflicts := 0
	registry.PrependReactor("update", "apiservices", func(clienttesting.Action) (bool, runtime.Object, error) {
		if nConflicts == 2 {
			return false, nil, nil
		}
		nConflicts++
		return true, nil, errors.NewConflict(registration.Resource("apiservices"), metricsAPI, nil)
	})
	if err := publishAPI(t.Context(), registry, metricsAPI, registration.APIServiceSpec{Group: "metrics.k8s.io"}); err != nil {
		t.Fatal(err)
	}
	found, err := registry.ApiregistrationV1().APIServices().Get(t.Context(), metricsAPI, meta.GetOptions{})
	if err != nil || found.Spec.Group != "metrics.k8s.io" {
		t.Errorf("%+v (%v)", found, err)
	}
}
