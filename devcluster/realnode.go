package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"

	"berth.dev/devcluster/node"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// nodePart is the part that runs a real node; its only argument is the node's settings.
const nodePart = "node"

// realNode is a node beside the simulated ones that runs what is placed on it.
type realNode struct {
	settings node.Settings
	// number holds the node's number until this process ends.
	number io.Closer
}

// prepareRealNode takes a number for the node, that of the former start if it can be had, and makes what it starts with.
func (c *cluster) prepareRealNode(opts options) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	settings := node.Settings{
		Dir: c.path("node"), Volumes: c.path("volumes"), Cluster: c.dir, APIAddress: fmt.Sprintf("127.0.0.1:%d", c.ports.API),
		Images: opts.images, Runtime: opts.runtime, Program: program,
	}
	for _, dir := range []string{settings.Dir, settings.Volumes} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	former, err := os.ReadFile(c.path("node-number"))
	if err != nil {
		former = []byte("0")
	}
	preferred, err := strconv.Atoi(string(former))
	if err != nil {
		return err
	}
	number, lock, err := takeNumber(node.Number(preferred))
	if err != nil {
		return err
	}
	settings.Number = number
	c.real = &realNode{settings, lock}
	if err := os.WriteFile(c.path("node-number"), []byte(strconv.Itoa(int(number))), 0o600); err != nil {
		return err
	}
	return writeScheduler(c)
}

// tidy removes what the kernel keeps of a node that was killed, after all parts have ended.
func (c *cluster) tidy() {
	if c.real != nil {
		sweep(c.real.settings.Number)
	}
}

// start starts the node and what the cluster has for it.
func (r *realNode) start(ctx context.Context, client kubernetes.Interface, s *supervisor) error {
	settings, err := json.Marshal(r.settings)
	if err != nil {
		return err
	}
	if err := s.start(nodePart, string(settings)); err != nil {
		return err
	}
	if err := r.publishAPI(ctx, client); err != nil {
		return err
	}
	go keepVolumes(client, r.settings.Volumes, s.stopping)
	return nil
}

// publishAPI gives the Service `kubernetes` the address at which pods reach the API server.
func (r *realNode) publishAPI(ctx context.Context, client kubernetes.Interface) error {
	name, port, protocol := "https", int32(node.APIPort), core.ProtocolTCP
	slice := &discovery.EndpointSlice{
		ObjectMeta:  meta.ObjectMeta{Name: "kubernetes", Labels: map[string]string{discovery.LabelServiceName: "kubernetes"}},
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
