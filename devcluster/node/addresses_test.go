package node

import (
	"net/netip"
	"testing"
)

func TestNoTwoNumbersHaveAnythingInCommon(t *testing.T) {
	var networks []netip.Prefix
	names := map[string]bool{}
	for _, n := range Numbers() {
		for _, text := range []string{n.LinkNet(), n.PodNet(), n.ServiceNet()} {
			network := netip.MustParsePrefix(text)
			for _, other := range networks {
				if network.Overlaps(other) {
					t.Errorf("%v and %v overlap", network, other)
				}
			}
			networks = append(networks, network)
		}
		for _, name := range []string{n.Link(), n.Cgroup(), n.IP(), n.MachineIP()} {
			if names[name] {
				t.Errorf("%s is there twice", name)
			}
			names[name] = true
		}
	}
}

func TestANetworkHasRoomForWhatIsInIt(t *testing.T) {
	for _, n := range Numbers() {
		link, services := netip.MustParsePrefix(n.LinkNet()), netip.MustParsePrefix(n.ServiceNet())
		for _, ip := range []string{n.IP(), n.MachineIP()} {
			if !link.Contains(netip.MustParseAddr(ip)) {
				t.Errorf("%s is not in %v", ip, link)
			}
		}
		if ip := ServiceIPs()[n].String(); !services.Contains(netip.MustParseAddr(ip)) {
			t.Errorf("%s is not in %v", ip, services)
		}
	}
}

func TestANumberIsFreeUnlessARouteLeadsIntoItsNetworks(t *testing.T) {
	for route, expected := range map[string]bool{
		"0.0.0.0/0":       true,
		"10.0.0.0/8":      true,
		"192.168.1.0/24":  true,
		"10.200.4.0/24":   true,
		"10.200.3.0/30":   false,
		"10.200.3.2/32":   false,
		"10.244.3.0/24":   false,
		"10.244.4.0/24":   true,
		"10.99.17.128/25": false,
	} {
		if Number(3).isFree([]netip.Prefix{netip.MustParsePrefix(route)}) != expected {
			t.Errorf("%s: expected %v", route, expected)
		}
	}
}
