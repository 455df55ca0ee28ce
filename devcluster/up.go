package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// startLimit is how long the whole cluster may take to become ready.
const startLimit = 2 * time.Minute

// options are the flags of `devcluster up`.
type options struct {
	dir       string
	readyFile string
	oidcURL   string
	oidcCA    string
	// A real node is started if it is known where its runtime and its images are.
	runtime string
	images  string
}

// ready is what `up` prints, as one line of JSON, when the cluster can be used.
type ready struct {
	Kubeconfig string `json:"kubeconfig"`
	Server     string `json:"server"`
	CA         string `json:"certificate_authority"`
}

func up(args []string) error {
	opts, err := parseOptions(args)
	if err != nil {
		return err
	}
	return runCluster(opts)
}

func parseOptions(args []string) (options, error) {
	var opts options
	flags := flag.NewFlagSet("devcluster up", flag.ContinueOnError)
	flags.StringVar(&opts.dir, "dir", "", "directory for data, logs and the kubeconfig; used again by the next start")
	flags.StringVar(&opts.readyFile, "ready-file", "", "file to write the ready line to as well")
	flags.StringVar(&opts.oidcURL, "oidc-issuer", "", "https address of an identity provider whose ID tokens the cluster accepts")
	flags.StringVar(&opts.oidcCA, "oidc-ca", "", "file with the certificate authority of that identity provider")
	flags.StringVar(&opts.runtime, "node-runtime", "", "directory with containerd, containerd-shim-runc-v2, runc and CNI plugins: starts a real node beside the simulated ones")
	flags.StringVar(&opts.images, "node-images", "", "directory of the images that the real node has (devcluster image)")
	if err := flags.Parse(args); err != nil {
		return opts, err
	}
	if opts.dir == "" {
		return opts, errors.New("--dir is needed")
	}
	if (opts.runtime == "") != (opts.images == "") {
		return opts, errors.New("--node-runtime and --node-images belong together")
	}
	if (opts.oidcURL == "") != (opts.oidcCA == "") {
		return opts, errors.New("--oidc-issuer and --oidc-ca belong together")
	}
	for _, path := range []*string{&opts.dir, &opts.runtime, &opts.images} {
		if *path == "" {
			continue
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return opts, err
		}
		*path = absolute
	}
	return opts, nil
}

// hasRealNode says whether one is asked for.
func (o options) hasRealNode() bool { return o.runtime != "" }

func runCluster(opts options) error {
	cluster, err := prepare(opts)
	if err != nil {
		return err
	}
	supervisor := newSupervisor(cluster.path("log"))
	defer cluster.tidy()
	defer supervisor.stop()
	end := endRequested()

	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	started := make(chan error, 1)
	go func() { started <- cluster.start(ctx, supervisor) }()
	select {
	case err = <-started:
	case p := <-supervisor.ended:
		err = p.failure()
	case <-end:
		cancel()
		<-started // so that nothing is started while the parts are ended
		return nil
	}
	if err != nil {
		cancel()
		return err
	}
	if err := announce(cluster, opts.readyFile); err != nil {
		return err
	}
	select {
	case p := <-supervisor.ended:
		return p.failure()
	case <-end:
		return nil
	}
}

func announce(cluster *cluster, readyFile string) error {
	line, err := json.Marshal(ready{Kubeconfig: cluster.kubeconfig(), Server: cluster.server(), CA: cluster.path("pki", "ca.crt")})
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	if readyFile == "" {
		return nil
	}
	return os.WriteFile(readyFile, append(line, '\n'), 0o600)
}

// endRequested is closed when this process should end: a signal, the end of standard input if that is a pipe, or the
// end of the parent.
func endRequested() <-chan struct{} {
	ctx, end := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			end()
		}()
	}
	parent := os.Getppid()
	go func() {
		for os.Getppid() == parent {
			time.Sleep(time.Second)
		}
		end()
	}()
	return ctx.Done()
}
