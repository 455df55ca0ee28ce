package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"berth.dev/devcluster/node"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
)

// nodePart is the part that runs a real node; its only argument is the node's settings.
const nodePart = "node"

// apiAddress is the EndpointSlice that has the address of the API server.
const apiAddress = "kubernetes"

// realNode is a node beside the simulated ones that runs what is placed on it.
type realNode struct {
	settings node.Settings
	// number holds the node's number until this process and the node's have ended.
	number *os.File
}

// prepareRealNode takes a number for the node, that of the former start if it can be had, and makes what it starts with.
func (c *cluster) prepareRealNode(opts options) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	settings := node.Settings{
		Dir: c.path("node"), Volumes: c.path("volumes"), APIAddress: fmt.Sprintf("127.0.0.1:%d", c.ports.API),
		Images: opts.images, Runtime: opts.runtime, Program: program,
	}
	for _, dir := range []string{settings.Dir, settings.Volumes} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := writeNodeAccess(c, settings); err != nil {
		return err
	}
	number, lock, err := takeNumber(formerNumber(c.path(numberOfNode)))
	if err != nil {
		return err
	}
	settings.Number = number
	c.real = &realNode{settings, lock}
	if err := os.WriteFile(c.path(numberOfNode), []byte(strconv.Itoa(int(number))), 0o600); err != nil {
		return err
	}
	return writeScheduler(c)
}

// numberOfNode is the name of the file that the data of a cluster has whose last start had a real node.
const numberOfNode = "node-number"

// removeFormerNode removes what a former start that had a real node has left, in the cluster and on the disk. Where there was none,
// nothing is touched.
func (c *cluster) removeFormerNode(ctx context.Context, client kubernetes.Interface, registry aggregator.Interface) error {
	if _, err := os.Stat(c.path(numberOfNode)); os.IsNotExist(err) {
		return nil
	}
	if err := removeRealNode(ctx, client, registry); err != nil {
		return err
	}
	// The file comes last: what did not get done is done by the next start.
	for _, path := range []string{"node", "volumes", numberOfNode} {
		if err := os.RemoveAll(c.path(path)); err != nil {
			return err
		}
	}
	return nil
}

// formerNumber is the number of the former start; of a damaged file a line tells.
func formerNumber(file string) node.Number {
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return 0
	}
	if err == nil {
		var number node.Number
		if number, err = node.ParseNumber(string(text)); err == nil {
			return number
		}
	}
	fmt.Fprintf(os.Stderr, "devcluster up: %s is damaged (%v): 0 is tried first\n", file, err)
	return 0
}

// tidy removes what the kernel keeps of a node that was killed, after all parts have ended.
func (c *cluster) tidy() {
	if c.real != nil {
		sweep(c.real.settings)
	}
}

// start starts the node and what the cluster has for it.
func (r *realNode) start(ctx context.Context, client kubernetes.Interface, s *supervisor) error {
	settings, err := json.Marshal(r.settings)
	if err != nil {
		return err
	}
	// The number is not free before the node has swept up, even if this process is killed.
	if err := s.startWith([]*os.File{r.number}, nodePart, string(settings)); err != nil {
		return err
	}
	if err := r.publishAddress(ctx, client); err != nil {
		return err
	}
	go keepVolumes(client, r.settings.Volumes, s.stopping)
	return nil
}

// publishAddress gives the Service `kubernetes` the address at which pods reach the API server.
func (r *realNode) publishAddress(ctx context.Context, client kubernetes.Interface) error {
	name, port, protocol := "https", int32(node.APIPort), core.ProtocolTCP
	slice := &discovery.EndpointSlice{
		ObjectMeta:  meta.ObjectMeta{Name: apiAddress, Labels: map[string]string{discovery.LabelServiceName: "kubernetes"}},
		AddressType: discovery.AddressTypeIPv4,
		Endpoints:   []discovery.Endpoint{{Addresses: []string{r.settings.Number.IP()}}},
		Ports:       []discovery.EndpointPort{{Name: &name, Port: &port, Protocol: &protocol}},
	}
	slices := client.DiscoveryV1().EndpointSlices(meta.NamespaceDefault)
	_, err := slices.Create(ctx, slice, meta.CreateOptions{})
	if errors.IsAlreadyExists(err) {
		_, err = slices.Update(ctx, slice, meta.UpdateOptions{})
	}
	return err
}
