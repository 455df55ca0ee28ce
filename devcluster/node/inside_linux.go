package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"berth.dev/devcluster/images"
)

// systemPath is where programs of the machine are, also those that only root looks for.
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// endLimit is how long everything in the node has to end by itself.
const endLimit = 2500 * time.Millisecond

// containerdLimit is how long containerd may take to answer.
const containerdLimit = 30 * time.Second

// RunInside is process 1 of a node. It returns, with an error, when one of the node's parts has ended; everything else in
// the node ends with it.
func RunInside(settings string) error {
	var s Settings
	if err := json.Unmarshal([]byte(settings), &s); err != nil {
		return err
	}
	if _, err := os.Stdin.Read(make([]byte, 1)); err != nil { // until it is connected
		return err
	}
	if err := settle(s); err != nil {
		return err
	}
	running, err := startParts(s)
	if err != nil {
		return err
	}
	return reap(s, running, endWhenAsked())
}

// endWhenAsked asks everything in the node to end as soon as this process is asked to; the one that it returns is true from then on. What
// has not ended in time the kernel ends with this process.
func endWhenAsked() *atomic.Bool {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	ending := new(atomic.Bool)
	go func() {
		<-asked
		ending.Store(true)
		_ = syscall.Kill(-1, syscall.SIGTERM) // to all but this process, databases among them
		time.Sleep(endLimit)
		os.Exit(0)
	}()
	return ending
}

// settle makes the node a place that its parts can start in.
func settle(s Settings) error {
	if err := syscall.Sethostname([]byte(Name)); err != nil {
		return err
	}
	if err := enterRoot(s); err != nil {
		return fmt.Errorf("file system: %w", err)
	}
	if err := os.Setenv("PATH", s.Runtime+":"+systemPath); err != nil {
		return err
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return err
	}
	if err := keepInside(s.Number); err != nil {
		return err
	}
	registry, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", registryPort))
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(registry, images.Store{Dir: s.Images}) }()
	return serveNames(s)
}

// startParts starts containerd and what needs it; returns their names by process.
func startParts(s Settings) (map[int]string, error) {
	running := map[int]string{}
	start := func(name string, command ...string) error {
		pid, err := spawn(s, name, command)
		running[pid] = name
		return err
	}
	if err := start("containerd", filepath.Join(s.Runtime, "containerd"), "--config", s.path("etc", "containerd.toml")); err != nil {
		return nil, err
	}
	if err := waitForContainerd(s); err != nil {
		return nil, err
	}
	if err := start("kubelet", s.Program, "kubelet",
		"--config", s.path("etc", "kubelet.yaml"), "--kubeconfig", s.Access("kubelet.kubeconfig"),
		"--root-dir", s.path("kubelet"), "--cert-dir", s.path("kubelet-pki"),
		"--hostname-override", Name, "--node-ip", s.Number.IP(), "--node-labels", Label+"="+Real, "--v", "2",
	); err != nil {
		return nil, err
	}
	err := start("kube-proxy", s.Program, "kube-proxy", "--config", s.path("etc", "kube-proxy.yaml"), "--hostname-override", Name)
	return running, err
}

func waitForContainerd(s Settings) error {
	for begin := time.Now(); time.Since(begin) < containerdLimit; time.Sleep(20 * time.Millisecond) {
		if connection, err := net.Dial("unix", criSocket); err == nil {
			return connection.Close()
		}
	}
	return fmt.Errorf("containerd did not start, see %s", s.log("containerd"))
}

func spawn(s Settings, name string, command []string) (int, error) {
	log, err := os.Create(s.log(name))
	if err != nil {
		return 0, err
	}
	defer log.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	pid, err := syscall.ForkExec(command[0], command, &syscall.ProcAttr{
		Env:   os.Environ(),
		Files: []uintptr{null.Fd(), log.Fd(), log.Fd()},
	})
	if err != nil {
		return 0, fmt.Errorf("start %s: %w", command[0], err)
	}
	return pid, nil
}

// reap takes in every process that ends, as process 1 must, until it is one of `running`; while the node is ending, until there is
// none any more.
func reap(s Settings, running map[int]string, ending *atomic.Bool) error {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if ending.Load() && errors.Is(err, syscall.ECHILD) {
			return nil
		}
		if err != nil {
			return err
		}
		if name, known := running[pid]; known && !ending.Load() {
			return fmt.Errorf("%s ended (exit code %d, signal %d), see %s", name, status.ExitStatus(), status.Signal(), s.log(name))
		}
	}
}

func (s Settings) log(name string) string { return s.path("log", name+".log") }
