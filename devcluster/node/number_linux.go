package node

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/vishvananda/netlink"
)

// numbers is where numbers are taken from.
type numbers struct {
	// lock is the name of the lock on a number. One in the abstract namespace goes with the last process that has it, and no
	// file is left of it.
	lock func(Number) string
	// isOnTheWayOut says whether something of a node is there still whose processes are gone.
	isOnTheWayOut func(Number) bool
	// sweep removes what the kernel keeps of a node that was killed.
	sweep func(Number)
}

var ofThisMachine = numbers{
	lock: func(n Number) string { return fmt.Sprintf("@berth-node-%d", n) },
	isOnTheWayOut: func(n Number) bool {
		_, err := os.Stat(filepath.Join("/sys/class/net", n.Link()))
		return err == nil
	},
	sweep: removeCgroup,
}

// TakeNumber takes a number that nobody has, `preferred` if it can be had, until every process that has the file which it
// returns has closed it or ended. What the kernel keeps of former nodes that were killed is removed on the way.
func TakeNumber(preferred Number) (Number, *os.File, error) {
	routes, err := routes()
	if err != nil {
		return 0, nil, err
	}
	return ofThisMachine.take(preferred, routes)
}

func (of numbers) take(preferred Number, routes []netip.Prefix) (Number, *os.File, error) {
	var taken *os.File
	var number Number
	for _, n := range slices.Insert(Numbers(), 0, preferred) {
		lock, err := lockName(of.lock(n))
		if err != nil {
			continue
		}
		if of.isOnTheWayOut(n) {
			_ = lock.Close()
			continue
		}
		of.sweep(n)
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

// lockName errs while somebody else has the name.
func lockName(name string) (*os.File, error) {
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	return listener.File()
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
