package node

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// zone is what the names of Services end in.
const zone = ".svc.cluster.local."

// ttl is in seconds: Services come and go.
const ttl = 2

// services knows the addresses of Services (https://github.com/kubernetes/dns/blob/master/docs/specification.md, without
// SRV and PTR).
type services struct {
	services  corelisters.ServiceLister
	endpoints discoverylisters.EndpointSliceLister
}

func newServices(all, endpoints cache.Indexer) services {
	return services{corelisters.NewServiceLister(all), discoverylisters.NewEndpointSliceLister(endpoints)}
}

// serveNames answers, at the node's address, for the names of Services. Of any other it says that there is none: nothing
// outside can be reached.
func serveNames(s Settings) error {
	packets, err := net.ListenPacket("udp", net.JoinHostPort(s.Number.IP(), "53"))
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", s.Access("kube-proxy.kubeconfig"))
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	known := newServices(factory.Core().V1().Services().Informer().GetIndexer(), factory.Discovery().V1().EndpointSlices().Informer().GetIndexer())
	factory.Start(context.Background().Done())
	go known.serve(packets)
	return nil
}

func (s services) serve(packets net.PacketConn) {
	buffer := make([]byte, 1232)
	for {
		n, from, err := packets.ReadFrom(buffer)
		if err != nil {
			return
		}
		if answer, err := s.answer(buffer[:n]); err == nil {
			_, _ = packets.WriteTo(answer, from)
		}
	}
}

// answer errs for what is no question.
func (s services) answer(packet []byte) ([]byte, error) {
	var parser dnsmessage.Parser
	header, err := parser.Start(packet)
	if err != nil {
		return nil, err
	}
	question, err := parser.Question()
	if err != nil || header.Response {
		return nil, fmt.Errorf("no question: %w", err)
	}
	addresses, known := s.lookUp(question.Name.String())
	message := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: header.ID, Response: true, Authoritative: true, RecursionDesired: header.RecursionDesired, RecursionAvailable: true,
		},
		Questions: []dnsmessage.Question{question},
	}
	if !known {
		message.RCode = dnsmessage.RCodeNameError
	}
	if question.Type == dnsmessage.TypeA {
		for _, address := range addresses {
			message.Answers = append(message.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: ttl},
				Body:   &dnsmessage.AResource{A: address.As4()},
			})
		}
	}
	return message.Pack()
}

// lookUp knows SERVICE.NAMESPACE and HOST.SERVICE.NAMESPACE; the second is false where there is no such name.
func (s services) lookUp(name string) ([]netip.Addr, bool) {
	inside, isOurs := strings.CutSuffix(strings.ToLower(name), zone)
	parts := strings.Split(inside, ".")
	if !isOurs || len(parts) < 2 || len(parts) > 3 {
		return nil, false
	}
	namespace, service := parts[len(parts)-1], parts[len(parts)-2]
	found, err := s.services.Services(namespace).Get(service)
	if err != nil {
		return nil, false
	}
	if len(parts) == 3 {
		addresses := s.endpointsOf(found, parts[0])
		return addresses, len(addresses) > 0
	}
	if address, err := netip.ParseAddr(found.Spec.ClusterIP); err == nil {
		return []netip.Addr{address}, true
	}
	return s.endpointsOf(found, ""), true
}

// endpointsOf are the addresses behind a Service, of one host if it is named.
func (s services) endpointsOf(service *core.Service, host string) []netip.Addr {
	of := labels.SelectorFromSet(labels.Set{discovery.LabelServiceName: service.Name})
	slices, err := s.endpoints.EndpointSlices(service.Namespace).List(of)
	if err != nil {
		return nil
	}
	var addresses []netip.Addr
	for _, slice := range slices {
		for _, endpoint := range slice.Endpoints {
			isMeant := host == "" || endpoint.Hostname != nil && *endpoint.Hostname == host
			isReady := endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready
			if !isMeant || !isReady && !service.Spec.PublishNotReadyAddresses {
				continue
			}
			for _, text := range endpoint.Addresses {
				if address, err := netip.ParseAddr(text); err == nil && address.Is4() {
					addresses = append(addresses, address)
				}
			}
		}
	}
	return addresses
}
