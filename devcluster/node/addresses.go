// Package node runs one real Kubernetes node beside a control plane on the same machine: containerd, kubelet and kube-proxy,
// with everything that their pods start.
//
// All of it is in namespaces of its own (network, processes, mounts, host name) on a file system of its own. Process 1 in
// there ends when the process that started it does, however that ends, and the kernel ends everything else with it: no
// process, mount, network or link is left. No rule or setting of the machine's own is touched, but for the routes into the node,
// which go with their link, and with version 2 of control groups the controllers that are passed on.
package node

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Name is what the node is called in its cluster.
const Name = "real"

// Label says of every node whether it runs containers: its value is Real or Simulated. A pod whose nodeSelector names it
// chooses for itself.
const (
	Label     = "demo.berth.dev/node"
	Real      = "real"
	Simulated = "simulated"
)

// nNumbers is how many nodes one machine can have at a time.
const nNumbers = 16

// Number sets the node of one cluster apart from those of others on this machine, from 0 to 15: it is part of the names
// and addresses that they would have in common.
type Number int

// Link is this machine's end of its only connection to the node.
func (n Number) Link() string { return fmt.Sprintf("berth%d", n) }

// Cgroup is where its pods are accounted for, in every hierarchy.
func (n Number) Cgroup() string { return fmt.Sprintf("/berth-node-%d", n) }

// MachineIP and IP are the two ends of the link, of which IP is the node's.
func (n Number) MachineIP() string { return fmt.Sprintf("10.200.%d.1", n) }
func (n Number) IP() string        { return fmt.Sprintf("10.200.%d.2", n) }

// LinkNet, PodNet and ServiceNet are what is reached through the link, and only by this machine.
func (n Number) LinkNet() string    { return fmt.Sprintf("10.200.%d.0/30", n) }
func (n Number) PodNet() string     { return fmt.Sprintf("10.244.%d.0/24", n) }
func (n Number) ServiceNet() string { return fmt.Sprintf("10.%d.0.0/16", 96+n) }

// ParseNumber reads one as a former start wrote it.
func ParseNumber(text string) (Number, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 || n >= nNumbers {
		return 0, fmt.Errorf("%.20q is no number from 0 to %d", text, nNumbers-1)
	}
	return Number(n), nil
}

// Numbers are all there are.
func Numbers() []Number {
	numbers := make([]Number, nNumbers)
	for i := range numbers {
		numbers[i] = Number(i)
	}
	return numbers
}

// ServiceIPs are the addresses that the API server can have as a Service.
func ServiceIPs() []net.IP {
	ips := []net.IP{}
	for _, n := range Numbers() {
		ips = append(ips, net.IPv4(10, byte(96+n), 0, 1))
	}
	return ips
}

// isFree says whether none of the machine's own routes leads into the networks of this number. One that they are within
// (a whole 10.0.0.0/8, say) keeps all the rest.
func (n Number) isFree(routes []netip.Prefix) bool {
	for _, text := range []string{n.LinkNet(), n.PodNet(), n.ServiceNet()} {
		network := netip.MustParsePrefix(text)
		for _, route := range routes {
			if network.Overlaps(route) && route.Bits() >= network.Bits() {
				return false
			}
		}
	}
	return true
}

var errNoNumber = errors.New("none of the address ranges 10.200.N.0/30, 10.244.N.0/24 and 10.(96+N).0.0/16, N from 0 to 15, is free on this machine")
