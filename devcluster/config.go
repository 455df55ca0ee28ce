package main

import (
	"encoding/json"
	"os"

	"berth.dev/devcluster/node"
	"k8s.io/apimachinery/pkg/runtime"
	apiserver "k8s.io/apiserver/pkg/apis/apiserver/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	componentbase "k8s.io/component-base/config/v1alpha1"
	scheduler "k8s.io/kube-scheduler/config/v1"
	"sigs.k8s.io/yaml"
)

// controllerManager is who the controllers are where they have no service account of their own.
const controllerManager = "system:kube-controller-manager"

// auditPolicy has the API server write down who changed what, without contents: one line of JSON for each change
// (https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/). What the control plane does by itself is left out.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"]
- level: None
  userGroups: ["system:nodes", "system:masters"]
- level: Metadata
  verbs: [create, update, patch, delete, deletecollection]
`

// writeKubeconfigs writes the administrator's kubeconfig and the controller manager's, each with everything in one file.
func writeKubeconfigs(c *cluster) error {
	ca, err := os.ReadFile(c.path("pki", "ca.crt"))
	if err != nil {
		return err
	}
	pair, err := readPair(c, "admin")
	if err != nil {
		return err
	}
	config := kubeconfigOf("admin", &clientcmdapi.Cluster{Server: c.server(), CertificateAuthorityData: ca}, pair)
	if err := clientcmd.WriteToFile(*config, c.kubeconfig()); err != nil {
		return err
	}
	pair.Impersonate = controllerManager
	return clientcmd.WriteToFile(*config, c.path("controller-manager.kubeconfig"))
}

// writeNodeAccess writes what the real node knows of the control plane, and that is all: its authority, and what its parts reach the
// API server with, from inside the node. Nothing else of the cluster's directory is to be seen there.
func writeNodeAccess(c *cluster, settings node.Settings) error {
	dir := settings.Access("")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ca, err := os.ReadFile(c.path("pki", "ca.crt"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(settings.Access("ca.crt"), ca, 0o600); err != nil {
		return err
	}
	for _, name := range []string{"kubelet", "kube-proxy"} {
		pair, err := readPair(c, name)
		if err != nil {
			return err
		}
		config := kubeconfigOf(name, &clientcmdapi.Cluster{Server: node.APIServer, CertificateAuthorityData: ca}, pair)
		if err := clientcmd.WriteToFile(*config, settings.Access(name+".kubeconfig")); err != nil {
			return err
		}
	}
	return nil
}

func readPair(c *cluster, name string) (*clientcmdapi.AuthInfo, error) {
	certificate, err := os.ReadFile(c.path("pki", name+".crt"))
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(c.path("pki", name+".key"))
	return &clientcmdapi.AuthInfo{ClientCertificateData: certificate, ClientKeyData: key}, err
}

func kubeconfigOf(user string, server *clientcmdapi.Cluster, pair *clientcmdapi.AuthInfo) *clientcmdapi.Config {
	config := clientcmdapi.NewConfig()
	config.Clusters["devcluster"] = server
	config.AuthInfos[user] = pair
	config.Contexts["devcluster"] = &clientcmdapi.Context{Cluster: "devcluster", AuthInfo: user}
	config.CurrentContext = "devcluster"
	return config
}

// writeScheduler has the scheduler know which images the real node has.
func writeScheduler(c *cluster) error {
	arguments, err := json.Marshal(map[string]string{"images": c.real.settings.Images})
	if err != nil {
		return err
	}
	off := false
	config := scheduler.KubeSchedulerConfiguration{
		LeaderElection: componentbase.LeaderElectionConfiguration{LeaderElect: &off},
		Profiles: []scheduler.KubeSchedulerProfile{{
			Plugins:      &scheduler.Plugins{MultiPoint: scheduler.PluginSet{Enabled: []scheduler.Plugin{{Name: placementPlugin}}}},
			PluginConfig: []scheduler.PluginConfig{{Name: placementPlugin, Args: runtime.RawExtension{Raw: arguments}}},
		}},
	}
	config.ClientConnection.Kubeconfig = c.kubeconfig()
	config.APIVersion, config.Kind = scheduler.SchemeGroupVersion.String(), "KubeSchedulerConfiguration"
	text, err := yaml.Marshal(config)
	if err != nil {
		return err
	}
	return os.WriteFile(c.path("scheduler.yaml"), text, 0o600)
}

// writeAuthentication lets the API server accept ID tokens of one identity provider: a person is `oidc:SUBJECT`, their
// groups are `oidc:GROUP` (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration).
func writeAuthentication(file, issuer, caFile string) error {
	ca, err := os.ReadFile(caFile)
	if err != nil {
		return err
	}
	prefix := "oidc:"
	config := apiserver.AuthenticationConfiguration{JWT: []apiserver.JWTAuthenticator{{
		Issuer: apiserver.Issuer{URL: issuer, Audiences: []string{"kubernetes"}, CertificateAuthority: string(ca)},
		ClaimMappings: apiserver.ClaimMappings{
			Username: apiserver.PrefixedClaimOrExpression{Claim: "sub", Prefix: &prefix},
			Groups:   apiserver.PrefixedClaimOrExpression{Claim: "groups", Prefix: &prefix},
		},
	}}}
	config.APIVersion, config.Kind = apiserver.SchemeGroupVersion.String(), "AuthenticationConfiguration"
	text, err := yaml.Marshal(config)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
