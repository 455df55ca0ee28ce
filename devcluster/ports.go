package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
)

// ports are the ports on 127.0.0.1 that the parts listen on.
type ports struct {
	API      int `json:"api"`
	Etcd     int `json:"etcd"`
	EtcdPeer int `json:"etcd_peer"`
	Kubelet  int `json:"kubelet"`
}

// choosePorts takes the ports of the former start where they are still free, so that a kubeconfig that somebody keeps
// stays right, and free ones otherwise.
func choosePorts(file string) (ports, error) {
	var chosen ports
	if text, err := os.ReadFile(file); err == nil {
		_ = json.Unmarshal(text, &chosen) // a damaged file means new ports
	}
	// All listeners stay open until every port is chosen, else the system could hand out one port twice.
	for _, port := range []*int{&chosen.API, &chosen.Etcd, &chosen.EtcdPeer, &chosen.Kubelet} {
		listener, err := listen(*port)
		if err != nil {
			return chosen, err
		}
		defer listener.Close()
		*port = listener.Addr().(*net.TCPAddr).Port
	}
	text, err := json.Marshal(chosen)
	if err != nil {
		return chosen, err
	}
	return chosen, os.WriteFile(file, text, 0o600)
}

func listen(preferred int) (net.Listener, error) {
	if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", preferred)); err == nil {
		return listener, nil
	}
	return net.Listen("tcp", "127.0.0.1:0")
}
