package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"berth.dev/devcluster/node"
	nodefast "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	nodeheartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
)

var (
	//go:embed stages/pods.yaml
	podStages string
	//go:embed stages/failing.yaml
	failingStages string
	//go:embed stages/volumes.yaml
	volumeStages string
)

// cluster is one control plane: its directory, its ports and how its parts are started.
type cluster struct {
	dir   string
	ports ports
	oidc  bool
	// real is none unless it has a node that runs containers.
	real *realNode
}

// prepare makes everything that must exist before the first part starts. What a former start left in the directory
// is used again: certificates, data, and ports that are still free.
func prepare(opts options) (*cluster, error) {
	c := &cluster{dir: opts.dir, oidc: opts.oidcURL != ""}
	for _, dir := range []string{"log", "pki"} {
		if err := os.MkdirAll(c.path(dir), 0o700); err != nil {
			return nil, err
		}
	}
	var err error
	if c.ports, err = choosePorts(c.path("ports.json")); err != nil {
		return nil, err
	}
	if err := ensurePKI(c.path("pki")); err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	if err := writeKubeconfigs(c); err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	if err := os.WriteFile(c.path("kwok.yaml"), []byte(c.kwokConfig()), 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(c.path("audit-policy.yaml"), []byte(auditPolicy), 0o600); err != nil {
		return nil, err
	}
	if opts.hasRealNode() {
		if err := c.prepareRealNode(opts); err != nil {
			return nil, fmt.Errorf("real node: %w", err)
		}
	}
	if !c.oidc {
		return c, nil
	}
	return c, writeAuthentication(c.path("authentication.yaml"), opts.oidcURL, opts.oidcCA)
}

// start starts the parts and returns when pods can be created and will be scheduled.
func (c *cluster) start(ctx context.Context, s *supervisor) error {
	if err := s.start("etcd", c.etcdArgs()...); err != nil {
		return err
	}
	if err := s.start("kube-apiserver", c.apiServerArgs()...); err != nil {
		return err
	}
	client, err := newClient(c.kubeconfig())
	if err != nil {
		return err
	}
	if err := waitForAPI(ctx, client); err != nil {
		return err
	}
	if err := s.start("kube-controller-manager", c.controllerManagerArgs()...); err != nil {
		return err
	}
	if err := s.start("kube-scheduler", c.schedulerArgs()...); err != nil {
		return err
	}
	if err := createBasics(ctx, client); err != nil {
		return err
	}
	if err := writeSampleLog(c.path("log", "pods.log")); err != nil {
		return err
	}
	if err := s.start("kwok", c.kwokArgs()...); err != nil {
		return err
	}
	registry, err := newRegistry(c.kubeconfig())
	if err != nil {
		return err
	}
	if c.real == nil {
		if err := c.removeFormerNode(ctx, client, registry); err != nil {
			return fmt.Errorf("remove the real node of a former start: %w", err)
		}
		return waitForNodes(ctx, client, nNodes)
	}
	if err := c.real.start(ctx, client, s); err != nil {
		return err
	}
	if err := s.start(metricsPart, c.metricsArgs()...); err != nil {
		return err
	}
	if err := c.publishMetrics(ctx, client, registry); err != nil {
		return err
	}
	return waitForNodes(ctx, client, nNodes+1)
}

func (c *cluster) path(elements ...string) string {
	return filepath.Join(append([]string{c.dir}, elements...)...)
}

func (c *cluster) kubeconfig() string { return c.path("kubeconfig") }

func (c *cluster) server() string { return fmt.Sprintf("https://127.0.0.1:%d", c.ports.API) }

func (c *cluster) etcdURL() string { return fmt.Sprintf("http://127.0.0.1:%d", c.ports.Etcd) }

func (c *cluster) etcdArgs() []string {
	peers := fmt.Sprintf("http://127.0.0.1:%d", c.ports.EtcdPeer)
	return []string{
		"--data-dir", c.path("etcd"), "--unsafe-no-fsync", "--log-level", "warn",
		"--listen-client-urls", c.etcdURL(), "--advertise-client-urls", c.etcdURL(),
		"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "default=" + peers,
	}
}

func (c *cluster) apiServerArgs() []string {
	args := []string{
		"--etcd-servers", c.etcdURL(),
		"--secure-port", fmt.Sprint(c.ports.API), "--bind-address", "127.0.0.1",
		// Pods of a real node reach the API at an address that it has there; and a machine without a network has none to
		// advertise.
		"--advertise-address", "127.0.0.1", "--endpoint-reconciler-type", "none",
		"--tls-cert-file", c.path("pki", "apiserver.crt"), "--tls-private-key-file", c.path("pki", "apiserver.key"),
		"--client-ca-file", c.path("pki", "ca.crt"),
		"--service-account-key-file", c.path("pki", "service-account.key"),
		"--service-account-signing-key-file", c.path("pki", "service-account.key"),
		"--service-account-issuer", "https://kubernetes.default.svc",
		"--service-cluster-ip-range", c.serviceNet(),
		"--kubelet-client-certificate", c.path("pki", "admin.crt"), "--kubelet-client-key", c.path("pki", "admin.key"),
		"--kubelet-preferred-address-types", "InternalIP",
		"--audit-policy-file", c.path("audit-policy.yaml"), "--audit-log-path", c.path("log", "audit.jsonl"),
		"--audit-log-maxsize", "50", "--audit-log-maxbackup", "1",
		"--authorization-mode", "Node,RBAC", "--enable-admission-plugins", "NodeRestriction", "--allow-privileged",
	}
	if c.real != nil {
		args = append(args, c.aggregationArgs()...)
	}
	if c.oidc {
		args = append(args, "--authentication-config", c.path("authentication.yaml"))
	}
	return args
}

// controllerManagerArgs give each controller its own service account, as clusters do: what admission policies let
// controllers do shows here.
func (c *cluster) controllerManagerArgs() []string {
	return []string{
		"--kubeconfig", c.path("controller-manager.kubeconfig"), "--use-service-account-credentials",
		"--leader-elect=false", "--secure-port=0",
		"--service-account-private-key-file", c.path("pki", "service-account.key"), "--root-ca-file", c.path("pki", "ca.crt"),
		"--kube-api-qps=200", "--kube-api-burst=400", "--concurrent-namespace-syncs=20",
	}
}

func (c *cluster) schedulerArgs() []string {
	if c.real != nil {
		return []string{"--config", c.path("scheduler.yaml"), "--secure-port=0"}
	}
	return []string{"--kubeconfig", c.kubeconfig(), "--leader-elect=false", "--secure-port=0"}
}

// serviceNet is where Services have their addresses.
func (c *cluster) serviceNet() string {
	if c.real != nil {
		return c.real.settings.Number.ServiceNet()
	}
	return node.Number(0).ServiceNet()
}

func (c *cluster) kwokArgs() []string {
	kubelet := fmt.Sprint(c.ports.Kubelet)
	return []string{
		"--kubeconfig", c.kubeconfig(), "--config", c.path("kwok.yaml"),
		"--manage-all-nodes=false", "--manage-nodes-with-label-selector", node.Label + "=" + node.Simulated,
		"--cidr", "10.128.0.0/16", "--node-ip", "127.0.0.1", "--node-port", kubelet, "--server-address", "127.0.0.1:" + kubelet,
		"--node-lease-duration-seconds", "40",
	}
}

func (c *cluster) kwokConfig() string {
	logs := fmt.Sprintf(`apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterLogs
metadata: {name: all}
spec: {logs: [{logsFile: %[1]q, previousLogsFile: %[1]q, follow: true}]}
`, c.path("log", "pods.log"))
	parts := []string{nodefast.DefaultNodeInit, nodeheartbeat.DefaultNodeHeartbeatWithLease, podStages, failingStages, volumeStages, logs}
	return strings.Join(append(parts, simulatedMetrics()...), "\n---\n")
}
