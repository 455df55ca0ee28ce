package node

import (
	"fmt"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

// sample knows a Service with an address, one without, and the two pods behind that, of which one is not ready.
func sample(t *testing.T) services {
	t.Helper()
	byNamespace := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	services, endpoints := cache.NewIndexer(cache.MetaNamespaceKeyFunc, byNamespace), cache.NewIndexer(cache.MetaNamespaceKeyFunc, byNamespace)
	for name, ip := range map[string]string{"web": "10.96.0.17", "ledger": core.ClusterIPNone} {
		service := &core.Service{ObjectMeta: meta.ObjectMeta{Namespace: "pay", Name: name}, Spec: core.ServiceSpec{ClusterIP: ip}}
		if err := services.Add(service); err != nil {
			t.Fatal(err)
		}
	}
	ready, notReady, hosts := true, false, []string{"ledger-0", "ledger-1"}
	slice := &discovery.EndpointSlice{
		ObjectMeta: meta.ObjectMeta{Namespace: "pay", Name: "ledger-x", Labels: map[string]string{discovery.LabelServiceName: "ledger"}},
		Endpoints: []discovery.Endpoint{
			{Addresses: []string{"10.244.0.5"}, Hostname: &hosts[0], Conditions: discovery.EndpointConditions{Ready: &ready}},
			{Addresses: []string{"10.244.0.6"}, Hostname: &hosts[1], Conditions: discovery.EndpointConditions{Ready: &notReady}},
		},
	}
	if err := endpoints.Add(slice); err != nil {
		t.Fatal(err)
	}
	return newServices(services, endpoints)
}

func TestServicesHaveTheirNamesAndNobodyElseHasOne(t *testing.T) {
	known := sample(t)
	for name, expected := range map[string]string{
		"web.pay.svc.cluster.local.":             "[10.96.0.17] true",
		"WEB.pay.svc.cluster.local.":             "[10.96.0.17] true",
		"ledger.pay.svc.cluster.local.":          "[10.244.0.5] true",
		"ledger-0.ledger.pay.svc.cluster.local.": "[10.244.0.5] true",
		"ledger-1.ledger.pay.svc.cluster.local.": "[] false",
		"web.other.svc.cluster.local.":           "[] false",
		"web.pay.":                               "[] false",
		"example.com.":                           "[] false",
		"svc.cluster.local.":                     "[] false",
	} {
		addresses, isKnown := known.lookUp(name)
		if found := fmt.Sprint(addresses, isKnown); found != expected {
			t.Errorf("%s: %s instead of %s", name, found, expected)
		}
	}
}

func TestAQuestionIsAnsweredWithItsNumber(t *testing.T) {
	for name, code := range map[string]dnsmessage.RCode{
		"web.pay.svc.cluster.local.": dnsmessage.RCodeSuccess, "example.com.": dnsmessage.RCodeNameError,
	} {
		question := dnsmessage.Question{Name: dnsmessage.MustNewName(name), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}
		asked := dnsmessage.Message{Header: dnsmessage.Header{ID: 4711, RecursionDesired: true}, Questions: []dnsmessage.Question{question}}
		packet, err := asked.Pack()
		if err != nil {
			t.Fatal(err)
		}
		answer, err := sample(t).answer(packet)
		if err != nil {
			t.Fatal(err)
		}
		var read dnsmessage.Message
		if err := read.Unpack(answer); err != nil || read.ID != 4711 || read.RCode != code || !read.Response {
			t.Errorf("%s: %v %v", name, err, read)
		}
	}
}
