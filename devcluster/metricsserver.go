package main

import (
	"fmt"
	"os"

	"github.com/spf13/pflag"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	apiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"
	metricsoptions "sigs.k8s.io/metrics-server/cmd/metrics-server/app/options"
	"sigs.k8s.io/metrics-server/pkg/api"
	"sigs.k8s.io/metrics-server/pkg/api/generated/openapi"
)

func runMetricsServer() int { return report(metricsPart, serveMetrics()) }

// serveMetrics is metrics-server, but for the names of its models: its version is the last that this Kubernetes' libraries
// are not too old for, and they call models otherwise.
func serveMetrics() error {
	opts := metricsoptions.NewOptions()
	flags := pflag.NewFlagSet(metricsPart, pflag.ContinueOnError)
	for _, section := range opts.Flags().FlagSets {
		flags.AddFlagSet(section)
	}
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	if errs := opts.Validate(); len(errs) > 0 {
		return errs[0]
	}
	config, err := opts.ServerConfig()
	if err != nil {
		return err
	}
	namer := openapinamer.NewDefinitionNamer(api.Scheme)
	config.Apiserver.OpenAPIConfig = apiserver.DefaultOpenAPIConfig(modelsByName, namer)
	config.Apiserver.OpenAPIV3Config = apiserver.DefaultOpenAPIV3Config(modelsByName, namer)
	server, err := config.Complete()
	if err != nil {
		return fmt.Errorf("complete the configuration: %w", err)
	}
	return server.RunUntil(apiserver.SetupSignalHandler())
}

// modelsByName are the models of metrics.k8s.io as io.k8s.metrics… instead of k8s.io/metrics/….
func modelsByName(ref common.ReferenceCallback) map[string]common.OpenAPIDefinition {
	byPath := openapi.GetOpenAPIDefinitions(func(path string) spec.Ref { return ref(util.ToRESTFriendlyName(path)) })
	byName := make(map[string]common.OpenAPIDefinition, len(byPath))
	for path, model := range byPath {
		for i, dependency := range model.Dependencies {
			model.Dependencies[i] = util.ToRESTFriendlyName(dependency)
		}
		byName[util.ToRESTFriendlyName(path)] = model
	}
	return byName
}
