package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"berth.dev/devcluster/node"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	// selectedNode is where a claim says which node its first pod is on.
	selectedNode = "volume.kubernetes.io/selected-node"
	// volumePrefix is that of volumes with a directory behind them.
	volumePrefix = "real-"
	// volumesInterval is how often keepVolumes looks: a pod that waits for its volume is not kept for long.
	volumesInterval = 500 * time.Millisecond
)

// keepVolumes gives claims whose pod is on the real node a directory, and removes the directories whose volume is gone, until
// `end` is closed. Volumes are of the kind `local`: unlike `hostPath`, it is handed over to a pod's fsGroup, so
// that a container that is not root can write to it.
func keepVolumes(client kubernetes.Interface, dir string, end <-chan struct{}) {
	again := time.NewTicker(volumesInterval)
	defer again.Stop()
	for {
		select {
		case <-end:
			return
		case <-again.C:
		}
		if err := reconcileVolumes(context.Background(), client, dir); err != nil {
			fmt.Fprintln(os.Stderr, "volumes:", err)
		}
	}
}

func reconcileVolumes(ctx context.Context, client kubernetes.Interface, dir string) error {
	claims, err := client.CoreV1().PersistentVolumeClaims("").List(ctx, meta.ListOptions{})
	if err != nil {
		return err
	}
	for _, claim := range claims.Items {
		if isWaiting(claim) {
			if err := makeVolume(ctx, client, dir, claim); err != nil {
				return err
			}
		}
	}
	return removeUnused(ctx, client, dir)
}

// isWaiting says whether a claim wants a volume on the real node. Those of other nodes are simulated (stages/volumes.yaml).
func isWaiting(claim core.PersistentVolumeClaim) bool {
	class := claim.Spec.StorageClassName
	return claim.DeletionTimestamp == nil && claim.Spec.VolumeName == "" && class != nil && *class == storageClass &&
		claim.Annotations[selectedNode] == node.Name
}

func makeVolume(ctx context.Context, client kubernetes.Interface, dir string, claim core.PersistentVolumeClaim) error {
	name := volumePrefix + string(claim.UID)
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	onNode := core.NodeSelectorRequirement{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{node.Name}}
	volume := &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name, Annotations: map[string]string{"pv.kubernetes.io/provisioned-by": provisioner}},
		Spec: core.PersistentVolumeSpec{
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			StorageClassName:              storageClass,
			PersistentVolumeReclaimPolicy: core.PersistentVolumeReclaimDelete,
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: path}},
			ClaimRef: &core.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			NodeAffinity: &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{
				{MatchExpressions: []core.NodeSelectorRequirement{onNode}},
			}}},
		},
	}
	_, err := client.CoreV1().PersistentVolumes().Create(ctx, volume, meta.CreateOptions{})
	if errors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// removeUnused removes the directories of volumes that are there no more; the volumes themselves go as simulated ones do.
func removeUnused(ctx context.Context, client kubernetes.Interface, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), volumePrefix) {
			continue
		}
		_, err := client.CoreV1().PersistentVolumes().Get(ctx, entry.Name(), meta.GetOptions{})
		if errors.IsNotFound(err) {
			err = os.RemoveAll(filepath.Join(dir, entry.Name()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
