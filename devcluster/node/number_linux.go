package node

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/vishvananda/netlink"
)

// TakeNumber takes a number that nobody has, `preferred` if it can be had, until what it returns is closed or this
// process ends. What the kernel keeps of former nodes that were killed is removed on the way.
func TakeNumber(preferred Number) (Number, io.Closer, error) {
	routes, err := routes()
	if err != nil {
		return 0, nil, err
	}
	var taken io.Closer
	var number Number
	for _, n := range slices.Insert(Numbers(), 0, preferred) {
		// A name in the abstract namespace goes with its process, and no file is left of it.
		lock, err := net.Listen("unix", fmt.Sprintf("@berth-node-%d", n))
		if err != nil {
			continue
		}
		if isOnTheWayOut(n) {
			_ = lock.Close()
			continue
		}
		removeCgroup(n)
		if taken == nil && n.isFree(routes) {
			number, taken = n, lock
			continue
		}
		_ = lock.Close()
	}
	if taken == nil {
		return 0, nil, errNoNumber
	}
	return number, taken, nil
}

// isOnTheWayOut says whether the link of a node is there still whose starter is gone.
func isOnTheWayOut(n Number) bool {
	_, err := os.Stat(filepath.Join("/sys/class/net", n.Link()))
	return err == nil
}

// routes are all of the machine's own but the default ones.
func routes() ([]netip.Prefix, error) {
	all, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("list routes: %w", err)
	}
	var prefixes []netip.Prefix
	for _, route := range all {
		if route.Dst == nil {
			continue
		}
		if prefix, err := netip.ParsePrefix(route.Dst.String()); err == nil {
			prefixes = append(prefixes, prefix)
		}
	}
	return prefixes, nil
}
