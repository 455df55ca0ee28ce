package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
)

// ports are the ports on 127.0.0.1 that the parts listen on.
type ports struct {
	API      int `json:"api"`
	Etcd     int `json:"etcd"`
	EtcdPeer int `json:"etcd_peer"`
	Kubelet  int `json:"kubelet"`
	Metrics  int `json:"metrics"`
}

// choosePorts takes the ports of the former start where they are still free, so that a kubeconfig that somebody keeps
// stays right, and free ones otherwise.
func choosePorts(file string) (ports, error) {
	var chosen ports
	if text, err := os.ReadFile(file); err == nil {
		_ = json.Unmarshal(text, &chosen) // a damaged file means new ports
	}
	// All listeners stay open until every port is chosen, else one port could be chosen twice.
	for _, port := range []*int{&chosen.API, &chosen.Etcd, &chosen.EtcdPeer, &chosen.Kubelet, &chosen.Metrics} {
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

// The first and the last port that listen chooses from: below those that systems give to outgoing connections, one of
// which could take a port between its choice and the start of the part that listens there.
const firstPort, lastPort = 20_000, 31_999

func listen(preferred int) (net.Listener, error) {
	port := preferred
	for range 100 {
		if port != 0 {
			if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
				return listener, nil
			}
		}
		port = firstPort + rand.IntN(lastPort-firstPort+1)
	}
	return nil, fmt.Errorf("none of 100 ports between %d and %d on 127.0.0.1 was free", firstPort, lastPort)
}
