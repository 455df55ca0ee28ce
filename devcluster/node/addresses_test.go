package node

import (
	"net/netip"
	"strings"
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

func TestANumberIsReadAsItIsWrittenAndNothingElseIs(t *testing.T) {
	for text, expected := range map[string]Number{"0": 0, "15\n": 15} {
		if n, err := ParseNumber(text); err != nil || n != expected {
			t.Errorf("%q is %d (%v)", text, n, err)
		}
	}
	for _, text := range []string{"", "16", "-1", "seven", "\x00\x00"} {
		if n, err := ParseNumber(text); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q is %d (%v)", text, n, err)
		}
	}
}
