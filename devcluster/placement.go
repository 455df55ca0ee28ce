package main

import (
	"context"
	"slices"

	"berth.dev/devcluster/images"
	"berth.dev/devcluster/node"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kube-scheduler/framework"
	schedulerruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
)

const (
	placementPlugin = "Placement"
	// outcomeAnnotation chooses what a simulated pod shows (stages/pods.yaml).
	outcomeAnnotation = "demo.berth.dev/outcome"
)

// placement is the scheduler's plugin that decides which kind of node takes a pod, unless the pod says so itself: the real
// one if it has all images of the pod, a simulated one if not.
type placement struct{ images images.Store }

// newPlacement reads its arguments: where the images of the real node are.
func newPlacement(_ context.Context, arguments runtime.Object, _ framework.Handle) (framework.Plugin, error) {
	var read struct {
		Images string `json:"images"`
	}
	if err := schedulerruntime.DecodeInto(arguments, &read); err != nil {
		return nil, err
	}
	return placement{images.Store{Dir: read.Images}}, nil
}

func (placement) Name() string { return placementPlugin }

// Filter lets a pod to nodes of its kind.
func (p placement) Filter(_ context.Context, _ framework.CycleState, pod *core.Pod, candidate framework.NodeInfo) *framework.Status {
	kind := candidate.Node().Labels[node.Label]
	switch {
	case choosesItself(pod) || kind == p.kindFor(pod):
		return nil
	case kind == node.Real:
		return framework.NewStatus(framework.UnschedulableAndUnresolvable, "node(s) cannot run the pod: an image is not in their registry")
	default:
		return framework.NewStatus(framework.UnschedulableAndUnresolvable, "node(s) only simulate pods, and this one can be run")
	}
}

func (p placement) kindFor(pod *core.Pod) string {
	if pod.Annotations[outcomeAnnotation] != "" {
		return node.Simulated
	}
	for _, containers := range [][]core.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, container := range containers {
			if !p.images.Has(container.Image) {
				return node.Simulated
			}
		}
	}
	return node.Real
}

// choosesItself says whether a pod names its node, as those of DaemonSets do, or the kind of it. A system or an architecture is
// none.
func choosesItself(pod *core.Pod) bool {
	isChoice := func(key string) bool { return key == node.Label || key == core.LabelHostname }
	for key := range pod.Spec.NodeSelector {
		if isChoice(key) {
			return true
		}
	}
	affinity := pod.Spec.Affinity
	if affinity == nil || affinity.NodeAffinity == nil || affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return false
	}
	return slices.ContainsFunc(affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms, func(term core.NodeSelectorTerm) bool {
		return len(term.MatchFields) > 0 ||
			slices.ContainsFunc(term.MatchExpressions, func(of core.NodeSelectorRequirement) bool { return isChoice(of.Key) })
	})
}
