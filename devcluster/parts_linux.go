package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"syscall"

	"berth.dev/devcluster/node"
	"k8s.io/component-base/cli"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func init() {
	parts["kubelet"] = func() int { return cli.Run(kubelet.NewKubeletCommand(context.Background())) }
	parts["kube-proxy"] = func() int { return cli.Run(proxy.NewProxyCommand()) }
	commands[nodePart] = func(args []string) int { return report(nodePart, runNode(args)) }
	commands[node.TryPart] = func(args []string) int { return report(node.TryPart, node.Try(args)) }
	commands[node.InsidePart] = func(args []string) int { return report(node.InsidePart, node.RunInside(args[0])) }
}

// numberFile is the descriptor of the lock on the node's number, which this process keeps and no other of the node.
const numberFile = 3

func runNode(args []string) error {
	var settings node.Settings
	if len(args) != 1 {
		return fmt.Errorf("the settings are needed, and nothing else")
	}
	if err := json.Unmarshal([]byte(args[0]), &settings); err != nil {
		return err
	}
	syscall.CloseOnExec(numberFile)
	// It is for this process; the node's own have nobody at the other end.
	if err := os.Unsetenv(supervisedEnv); err != nil {
		return err
	}
	return node.Run(settings, endRequested())
}
