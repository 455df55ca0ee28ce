package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"berth.dev/devcluster/node"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
)

// claimsLimit is how long all claims together may take to be taken into account where their places were given up.
const claimsLimit = 20 * time.Second

// removeRealNode removes what a former start that had a real node has left in the data of this one, which has none. Its pods are
// over; its volumes were on it, and their claims begin anew on simulated nodes.
func removeRealNode(ctx context.Context, client kubernetes.Interface, registry aggregator.Interface) error {
	// First, because no namespace is finally deleted while nobody answers for a part of the API.
	removals := []error{
		registry.ApiregistrationV1().APIServices().Delete(ctx, metricsAPI, meta.DeleteOptions{}),
		client.CoreV1().Services(meta.NamespaceSystem).Delete(ctx, metricsPart, meta.DeleteOptions{}),
		client.DiscoveryV1().EndpointSlices(meta.NamespaceDefault).Delete(ctx, apiAddress, meta.DeleteOptions{}),
		client.CoreV1().Nodes().Delete(ctx, node.Name, meta.DeleteOptions{}),
		removePods(ctx, client),
	}
	for _, err := range removals {
		if err != nil && !errors.IsNotFound(err) {
			return err
		}
	}
	return removeVolumes(ctx, client)
}

func removePods(ctx context.Context, client kubernetes.Interface) error {
	pods, err := client.CoreV1().Pods("").List(ctx, meta.ListOptions{})
	if err != nil {
		return err
	}
	atOnce := int64(0) // no kubelet will ever say that it has ended
	for _, pod := range pods.Items {
		if pod.Spec.NodeName != node.Name {
			continue
		}
		err := client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, meta.DeleteOptions{GracePeriodSeconds: &atOnce})
		if err != nil && !errors.IsNotFound(err) {
			return err
		}
	}
	return nil
}

func removeVolumes(ctx context.Context, client kubernetes.Interface) error {
	volumes, err := client.CoreV1().PersistentVolumes().List(ctx, meta.ListOptions{})
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, claimsLimit)
	defer cancel()
	for _, volume := range volumes.Items {
		if !strings.HasPrefix(volume.Name, volumePrefix) {
			continue
		}
		if err := renewClaim(ctx, limited, client, volume.Spec.ClaimRef); err != nil {
			return err
		}
		if err := removeVolume(ctx, client, volume.Name); err != nil {
			return err
		}
	}
	return nil
}

// removeVolume does not wait until controllers have seen that nobody uses it.
func removeVolume(ctx context.Context, client kubernetes.Interface, name string) error {
	volumes := client.CoreV1().PersistentVolumes()
	err := volumes.Delete(ctx, name, meta.DeleteOptions{})
	if err == nil {
		_, err = volumes.Patch(ctx, name, types.MergePatchType, withoutFinalizers, meta.PatchOptions{})
	}
	if errors.IsNotFound(err) {
		return nil
	}
	return err
}

var withoutFinalizers = []byte(`{"metadata":{"finalizers":null}}`)

// renewClaim makes the claim of a volume anew, without a volume, and tries to until the end of `limited`. One that does not find its place again, within its quota say, is
// told of and left out.
func renewClaim(ctx, limited context.Context, client kubernetes.Interface, of *core.ObjectReference) error {
	if of == nil {
		return nil
	}
	claims := client.CoreV1().PersistentVolumeClaims(of.Namespace)
	former, err := claims.Get(ctx, of.Name, meta.GetOptions{})
	if errors.IsNotFound(err) || err == nil && former.UID != of.UID {
		return nil
	}
	if err != nil {
		return err
	}
	err = claims.Delete(ctx, of.Name, meta.DeleteOptions{Preconditions: meta.NewUIDPreconditions(string(of.UID))})
	if err == nil {
		_, err = claims.Patch(ctx, of.Name, types.MergePatchType, withoutFinalizers, meta.PatchOptions{})
	}
	if err != nil && !errors.IsNotFound(err) {
		return err
	}
	if former.DeletionTimestamp != nil {
		return nil
	}
	var refused error
	anew := claimAnew(former)
	err = poll(limited, "the claim "+of.Name, func(ctx context.Context) bool {
		_, refused = claims.Create(ctx, anew, meta.CreateOptions{})
		return refused == nil || errors.IsAlreadyExists(refused) // somebody else was faster
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "devcluster up: the claim %s/%s is gone with the real node: %v\n", of.Namespace, of.Name, refused)
	}
	return nil
}

// claimAnew is a claim as it was asked for, without what the cluster has added.
func claimAnew(former *core.PersistentVolumeClaim) *core.PersistentVolumeClaim {
	anew := &core.PersistentVolumeClaim{
		ObjectMeta: meta.ObjectMeta{Name: former.Name, Labels: former.Labels, OwnerReferences: former.OwnerReferences},
		Spec:       *former.Spec.DeepCopy(),
	}
	anew.Spec.VolumeName = ""
	for key, value := range former.Annotations {
		if !strings.HasPrefix(key, "pv.kubernetes.io/") && !strings.HasPrefix(key, "volume.") {
			meta.SetMetaDataAnnotation(&anew.ObjectMeta, key, value)
		}
	}
	return anew
}
