package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// InsidePart is the name of the part that [RunInside] is; its only argument is the settings.
const InsidePart = "node-inside"

// patience is how long the inside may take to end by itself: somewhat longer than it gives what runs in it.
const patience = endLimit + time.Second

// Run starts a node and ends it when `end` is closed. Errs when the node ended by itself.
func Run(s Settings, end <-chan struct{}) error {
	for _, dir := range []string{"log", "root", "pods", "plugins"} {
		if err := os.MkdirAll(s.path(dir), 0o700); err != nil {
			return err
		}
	}
	if err := s.writeConfigs(); err != nil {
		return err
	}
	Sweep(s) // of a node that was killed
	if err := makeCgroup(s); err != nil {
		return fmt.Errorf("control groups: %w", err)
	}
	defer Sweep(s)
	runtime.LockOSThread() // the inside ends with the thread that starts it
	inside, err := startInside(s)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- inside.Wait() }()
	select {
	case err := <-done:
		return errors.Join(errors.New("it ended by itself"), err)
	case <-end:
	}
	_ = inside.Process.Signal(syscall.SIGTERM)
	select {
	case <-done:
	case <-time.After(patience):
		_ = inside.Process.Kill()
		<-done
	}
	return nil
}

// startInside starts process 1 of the node's namespaces, connects it, and lets it go on.
func startInside(s Settings) (*exec.Cmd, error) {
	settings, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	inside := exec.Command("/proc/self/exe", InsidePart, string(settings))
	inside.Stdout, inside.Stderr = os.Stdout, os.Stderr
	inside.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
		Setpgid:    true,
	}
	goOn, err := inside.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := inside.Start(); err != nil {
		return nil, fmt.Errorf("start in namespaces of its own: %w", err)
	}
	if err := introduce(s, inside.Process.Pid); err != nil {
		_ = inside.Process.Kill()
		return nil, errors.Join(err, inside.Wait())
	}
	_, err = goOn.Write([]byte{'\n'})
	return inside, err
}

// introduce connects this machine and the node. The API server, which listens on this machine's loopback, is in the node
// too: at its loopback, for kubelet and kube-proxy, and at its address, for pods.
func introduce(s Settings, pid int) error {
	if err := connect(s.Number, pid); err != nil {
		return err
	}
	for _, ip := range []string{"127.0.0.1", s.Number.IP()} {
		listener, err := listenThere(pid, net.JoinHostPort(ip, fmt.Sprint(APIPort)))
		if err != nil {
			return err
		}
		go relay(listener, s.APIAddress)
	}
	return nil
}
