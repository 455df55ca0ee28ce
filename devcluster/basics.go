package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"berth.dev/devcluster/node"
	core "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	nNodes       = 3
	pollInterval = 100 * time.Millisecond

	storageClass = "standard"
	provisioner  = "volumes.berth.dev"
)

func newClient(kubeconfig string) (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // it is alone on its own API server
	return kubernetes.NewForConfig(config)
}

// waitForAPI waits until the API server is ready and has made the built-in roles; before that, requests are refused.
func waitForAPI(ctx context.Context, client kubernetes.Interface) error {
	return poll(ctx, "the API server to become ready", func(ctx context.Context) bool {
		if err := client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error(); err != nil {
			return false
		}
		_, err := client.RbacV1().ClusterRoleBindings().Get(ctx, "system:basic-user", meta.GetOptions{})
		return err == nil
	})
}

// waitForNodes waits until every one of `n` nodes is ready and pods are allowed in the namespace `default`.
func waitForNodes(ctx context.Context, client kubernetes.Interface, n int) error {
	return poll(ctx, "the nodes to become ready", func(ctx context.Context) bool {
		nodes, err := client.CoreV1().Nodes().List(ctx, meta.ListOptions{})
		if err != nil || len(nodes.Items) < n {
			return false
		}
		for _, node := range nodes.Items {
			if !isReady(node) {
				return false
			}
		}
		_, err = client.CoreV1().ServiceAccounts(meta.NamespaceDefault).Get(ctx, "default", meta.GetOptions{})
		return err == nil
	})
}

// isReady says whether pods can be scheduled on a node: it is ready and its start-up taint is gone.
func isReady(node core.Node) bool {
	if len(node.Spec.Taints) > 0 {
		return false
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == core.NodeReady {
			return condition.Status == core.ConditionTrue
		}
	}
	return false
}

func poll(ctx context.Context, what string, done func(context.Context) bool) error {
	err := wait.PollUntilContextCancel(ctx, pollInterval, true, func(ctx context.Context) (bool, error) { return done(ctx), nil })
	if err != nil {
		return fmt.Errorf("waited for %s: %w", what, err)
	}
	return nil
}

// createBasics makes the simulated nodes and the default storage class, unless a former start has.
func createBasics(ctx context.Context, client kubernetes.Interface) error {
	for i := range nNodes {
		if err := createNode(ctx, client, simulatedNode(fmt.Sprintf("node-%d", i+1))); err != nil {
			return err
		}
	}
	binding := storage.VolumeBindingWaitForFirstConsumer
	class := &storage.StorageClass{
		ObjectMeta:        meta.ObjectMeta{Name: storageClass, Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}},
		Provisioner:       provisioner,
		VolumeBindingMode: &binding,
	}
	_, err := client.StorageV1().StorageClasses().Create(ctx, class, meta.CreateOptions{})
	if err != nil && !errors.IsAlreadyExists(err) {
		return err
	}
	return nil
}

// createNode sees to it that one that was made by an older devcluster has the labels that this one goes by.
func createNode(ctx context.Context, client kubernetes.Interface, wanted *core.Node) error {
	nodes := client.CoreV1().Nodes()
	_, err := nodes.Create(ctx, wanted, meta.CreateOptions{})
	if !errors.IsAlreadyExists(err) {
		return err
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": wanted.Labels, "annotations": wanted.Annotations}})
	if err != nil {
		return err
	}
	_, err = nodes.Patch(ctx, wanted.Name, types.MergePatchType, patch, meta.PatchOptions{})
	return err
}

func simulatedNode(name string) *core.Node {
	resources := core.ResourceList{
		core.ResourceCPU:              resource.MustParse("16"),
		core.ResourceMemory:           resource.MustParse("64Gi"),
		core.ResourcePods:             resource.MustParse("110"),
		core.ResourceEphemeralStorage: resource.MustParse("200Gi"),
	}
	return &core.Node{
		ObjectMeta: meta.ObjectMeta{
			Name:        name,
			Annotations: map[string]string{metricsPath: "/metrics/nodes/" + name + "/metrics/resource"},
			Labels: map[string]string{
				node.Label:           node.Simulated,
				core.LabelHostname:   name,
				core.LabelOSStable:   "linux",
				core.LabelArchStable: "amd64",
			},
		},
		Status: core.NodeStatus{Capacity: resources, Allocatable: resources},
	}
}
