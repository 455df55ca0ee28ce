package main

import (
	"context"
	"fmt"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/retry"
	registration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
	metricsresource "sigs.k8s.io/kwok/kustomize/metrics/resource"
	metricsusage "sigs.k8s.io/kwok/kustomize/metrics/usage"
)

const (
	metricsPart = "metrics-server"
	// metricsPath tells metrics-server where a node that is not a kubelet's has what its pods use.
	metricsPath = "metrics.k8s.io/resource-metrics-path"
	// frontProxy is who the API server is to those behind it.
	frontProxy = "front-proxy-client"
)

// aggregationArgs let the API server pass requests on, in the name of whoever made them.
func (c *cluster) aggregationArgs() []string {
	return []string{
		"--proxy-client-cert-file", c.path("pki", frontProxy+".crt"), "--proxy-client-key-file", c.path("pki", frontProxy+".key"),
		"--requestheader-client-ca-file", c.path("pki", "front-proxy-ca.crt"), "--requestheader-allowed-names", frontProxy,
		"--requestheader-username-headers", "X-Remote-User", "--requestheader-group-headers", "X-Remote-Group",
		"--requestheader-extra-headers-prefix", "X-Remote-Extra-",
	}
}

// metricsArgs ask every kubelet, simulated or not, as often as metrics-server allows.
func (c *cluster) metricsArgs() []string {
	return []string{
		"--kubeconfig", c.kubeconfig(), "--authentication-kubeconfig", c.kubeconfig(), "--authorization-kubeconfig", c.kubeconfig(),
		"--bind-address", "127.0.0.1", "--secure-port", fmt.Sprint(c.ports.Metrics), "--cert-dir", c.path("metrics-pki"),
		"--kubelet-insecure-tls", "--kubelet-use-node-status-port", "--kubelet-preferred-address-types", "InternalIP",
		"--kubelet-request-timeout", "5s", "--metric-resolution", "10s",
	}
}

// simulatedMetrics are what simulated kubelets say of their pods: by the annotations kwok.x-k8s.io/usage-cpu and -memory, or
// next to nothing.
func simulatedMetrics() []string {
	return []string{metricsresource.DefaultMetricsResource, metricsusage.DefaultUsageFromAnnotation}
}

// metricsAPI is what metrics-server adds to the API.
const metricsAPI = "v1beta1.metrics.k8s.io"

// publishMetrics makes metrics.k8s.io a part of the API. The Service leads to this machine's loopback.
func (c *cluster) publishMetrics(ctx context.Context, client kubernetes.Interface, registry aggregator.Interface) error {
	const namespace, name = meta.NamespaceSystem, metricsPart
	service := &core.Service{
		ObjectMeta: meta.ObjectMeta{Name: name},
		Spec:       core.ServiceSpec{Type: core.ServiceTypeExternalName, ExternalName: "localhost"},
	}
	if _, err := client.CoreV1().Services(namespace).Create(ctx, service, meta.CreateOptions{}); err != nil && !errors.IsAlreadyExists(err) {
		return err
	}
	port := int32(c.ports.Metrics)
	return publishAPI(ctx, registry, metricsAPI, registration.APIServiceSpec{
		Service: &registration.ServiceReference{Namespace: namespace, Name: name, Port: &port},
		Group:   "metrics.k8s.io", Version: "v1beta1", GroupPriorityMinimum: 100, VersionPriority: 100, InsecureSkipTLSVerify: true,
	})
}

// publishAPI makes it, or brings one that a former start made up to date, whoever else writes to it meanwhile.
func publishAPI(ctx context.Context, registry aggregator.Interface, name string, wanted registration.APIServiceSpec) error {
	services := registry.ApiregistrationV1().APIServices()
	api := &registration.APIService{ObjectMeta: meta.ObjectMeta{Name: name}, Spec: wanted}
	_, err := services.Create(ctx, api, meta.CreateOptions{})
	if !errors.IsAlreadyExists(err) {
		return err
	}
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		former, err := services.Get(ctx, name, meta.GetOptions{})
		if err != nil {
			return err
		}
		former.Spec = wanted
		_, err = services.Update(ctx, former, meta.UpdateOptions{})
		return err
	})
}

func newRegistry(kubeconfig string) (aggregator.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	return aggregator.NewForConfig(config)
}
