package node

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os/exec"
	"runtime"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// inner is the node's end of the link, as it is called there.
const inner = "eth0"

// connect makes the link between this machine and the network of process `pid`, and this machine's routes into it. They go when
// that network does.
func connect(n Number, pid int) error {
	link := &netlink.Veth{
		LinkAttrs:     netlink.LinkAttrs{Name: n.Link()},
		PeerName:      inner,
		PeerNamespace: netlink.NsPid(pid),
	}
	if err := netlink.LinkAdd(link); err != nil {
		return fmt.Errorf("link %s: %w", n.Link(), err)
	}
	here := &netlink.Handle{}
	if err := setUp(here, n.Link(), n.MachineIP()); err != nil {
		return err
	}
	for _, network := range []string{n.PodNet(), n.ServiceNet()} {
		if err := route(here, n.Link(), network, n.IP()); err != nil {
			return err
		}
	}
	namespace, err := netns.GetFromPid(pid)
	if err != nil {
		return err
	}
	defer namespace.Close()
	there, err := netlink.NewHandleAt(namespace)
	if err != nil {
		return err
	}
	defer there.Close()
	if err := setUp(there, "lo", ""); err != nil {
		return err
	}
	if err := setUp(there, inner, n.IP()); err != nil {
		return err
	}
	// What pods send elsewhere ends in keepInside, without an answer.
	return route(there, inner, "0.0.0.0/0", n.MachineIP())
}

// Sweep removes what the kernel may still have of a node whose processes have ended. The link goes last: while it is there, nobody
// takes the number. The kernel takes its time with a network that a connection is left in.
func Sweep(s Settings) {
	removeCgroup(s.Number)
	if isUnified() {
		takeBack(cgroups, s.path(lentFile))
	}
	if link, err := netlink.LinkByName(s.Number.Link()); err == nil {
		_ = netlink.LinkDel(link) // or it went meanwhile
	}
}

func setUp(where *netlink.Handle, name, ip string) error {
	link, err := where.LinkByName(name)
	if err != nil {
		return fmt.Errorf("link %s: %w", name, err)
	}
	if ip != "" {
		address, err := netlink.ParseAddr(ip + "/30")
		if err != nil {
			return err
		}
		if err := where.AddrAdd(link, address); err != nil {
			return fmt.Errorf("address %s: %w", ip, err)
		}
	}
	return where.LinkSetUp(link)
}

func route(where *netlink.Handle, name, network, gateway string) error {
	link, err := where.LinkByName(name)
	if err != nil {
		return err
	}
	_, to, err := net.ParseCIDR(network)
	if err != nil {
		return err
	}
	if err := where.RouteAdd(&netlink.Route{LinkIndex: link.Attrs().Index, Dst: to, Gw: net.ParseIP(gateway)}); err != nil {
		return fmt.Errorf("route to %s: %w", network, err)
	}
	return nil
}

// listenThere listens in the network of process `pid`; what is accepted is this process's own.
func listenThere(pid int, address string) (net.Listener, error) {
	runtime.LockOSThread() // a network is that of a thread
	here, err := netns.Get()
	if err != nil {
		return nil, err
	}
	defer here.Close()
	there, err := netns.GetFromPid(pid)
	if err != nil {
		return nil, err
	}
	defer there.Close()
	if err := netns.Set(there); err != nil {
		return nil, err
	}
	listener, listenErr := net.Listen("tcp", address)
	if err := netns.Set(here); err != nil {
		return nil, err // and the thread, which is in the wrong network, ends with its goroutine
	}
	runtime.UnlockOSThread()
	return listener, listenErr
}

// relay passes on what a listener accepts.
func relay(listener net.Listener, address string) {
	for {
		from, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer from.Close()
			to, err := net.Dial("tcp", address)
			if err != nil {
				return
			}
			defer to.Close()
			go func() {
				_, _ = io.Copy(to, from)
				_ = to.Close()
			}()
			_, _ = io.Copy(from, to)
		}()
	}
}

// keepInside lets nothing out of the node but answers: what this machine listens on, and whatever is behind it, is not for
// pods. And it lets nothing in but what this machine itself sends: where it passes on what others send, that has another address.
func keepInside(n Number) error {
	command := exec.Command("nft", "-f", "-")
	command.Stdin = strings.NewReader(fmt.Sprintf(`table inet berth {
	chain input {
		type filter hook input priority 0;
		iifname %[1]s ip saddr != %[2]s drop
	}
	chain forward {
		type filter hook forward priority 0;
		iifname %[1]s ip saddr != %[2]s drop
		oifname %[1]s ct state new drop
	}
	chain output {
		type filter hook output priority 0;
		oifname %[1]s ct state new drop
	}
}
`, inner, n.MachineIP()))
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, bytes.TrimSpace(output))
	}
	return nil
}
