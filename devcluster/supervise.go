package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// supervisedEnv marks a part that was started by `up`: its standard input is a pipe that only `up` holds open.
const supervisedEnv = "DEVCLUSTER_SUPERVISED"

// patience is how long a part may take to end before it is killed: longer than a node takes that has to kill its pods.
const patience = 8 * time.Second

// endWithSupervisor ends this process when the process that supervises it is gone, however it went: the kernel then
// closes its end of the pipe. Unlike PR_SET_PDEATHSIG this does not depend on threads or on Linux.
func endWithSupervisor() {
	if os.Getenv(supervisedEnv) == "" {
		return
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
}

// supervisor starts parts, tells when one of them ended, and ends them in reverse order.
type supervisor struct {
	logDir string
	parts  []*part
	ended  chan *part
	// stopping is closed when the parts are being ended.
	stopping chan struct{}
}

type part struct {
	name    string
	logFile string
	command *exec.Cmd
	stdin   io.WriteCloser
	err     error
	done    chan struct{}
}

func newSupervisor(logDir string) *supervisor {
	return &supervisor{logDir: logDir, ended: make(chan *part, len(parts)), stopping: make(chan struct{})}
}

func (s *supervisor) start(name string, args ...string) error {
	return s.startWith(nil, name, args...)
}

// startWith has the part keep some of our files open, from its descriptor 3 on.
func (s *supervisor) startWith(files []*os.File, name string, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	p := &part{name: name, logFile: filepath.Join(s.logDir, name+".log"), done: make(chan struct{})}
	log, err := os.Create(p.logFile)
	if err != nil {
		return err
	}
	defer log.Close()
	p.command = exec.Command(self, append([]string{name}, args...)...)
	p.command.Env = partEnvironment(os.Environ())
	p.command.ExtraFiles = files
	p.command.Stdout, p.command.Stderr = log, log
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches `up`, which ends the parts in order
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		return err
	}
	if err := p.command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	s.parts = append(s.parts, p)
	go func() {
		p.err = p.command.Wait()
		close(p.done)
		s.ended <- p
	}()
	return nil
}

// stop ends every part, the one started last first.
func (s *supervisor) stop() {
	close(s.stopping)
	for i := len(s.parts) - 1; i >= 0; i-- {
		p := s.parts[i]
		_ = p.command.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.done:
		case <-time.After(patience):
			_ = p.command.Process.Kill()
			<-p.done
		}
	}
}

// failure says how a part ended, with the end of its log.
func (p *part) failure() error {
	text, _ := os.ReadFile(p.logFile)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if len(lines) > 8 {
		lines = lines[len(lines)-8:]
	}
	cause := "it ended"
	if p.err != nil {
		cause = p.err.Error()
	}
	return fmt.Errorf("%s: %s; the end of %s:\n%s", p.name, cause, p.logFile, bytes.Join(lines, []byte("\n")))
}
