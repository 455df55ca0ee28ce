package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"slices"
	"time"

	"berth.dev/devcluster/node"
	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// validity is long enough for any demo.
const validity = 5 * 365 * 24 * time.Hour

// authority vouches for others.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// ensurePKI sees to the certificate authority, the certificates of the API server, the administrator and the parts of a real node,
// and the key that signs service account tokens. What a former start made is used again, as far as it got and as far as it is what
// is wanted today.
func ensurePKI(dir string) error {
	ca, err := ensureCA(dir, "ca")
	if err != nil {
		return err
	}
	for name, template := range map[string]x509.Certificate{
		"apiserver": {
			Subject:     pkix.Name{CommonName: "kube-apiserver"},
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
			IPAddresses: append(node.ServiceIPs(), net.IPv4(127, 0, 0, 1)),
		},
		"admin":      clientOf("admin", "system:masters"),
		"kubelet":    clientOf("system:node:"+node.Name, "system:nodes"),
		"kube-proxy": clientOf("system:kube-proxy"),
	} {
		if err := ensureIssued(dir, name, template, ca); err != nil {
			return err
		}
	}
	// An authority of its own: whoever it vouches for may speak in anybody's name.
	proxyCA, err := ensureCA(dir, "front-proxy-ca")
	if err != nil {
		return err
	}
	if err := ensureIssued(dir, frontProxy, clientOf(frontProxy), proxyCA); err != nil {
		return err
	}
	if _, err := keyutil.PrivateKeyFromFile(filepath.Join(dir, "service-account.key")); err == nil {
		return nil
	}
	_, err = newKey(dir, "service-account")
	return err
}

func clientOf(name string, groups ...string) x509.Certificate {
	return x509.Certificate{
		Subject:     pkix.Name{CommonName: name, Organization: groups},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
}

func ensureCA(dir, name string) (authority, error) {
	if pair, err := loadPair(dir, name); err == nil && pair.Leaf.IsCA {
		return authority{pair.Leaf, pair.PrivateKey.(crypto.Signer)}, nil
	}
	key, err := newKey(dir, name)
	if err != nil {
		return authority{}, err
	}
	ca, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "devcluster-" + name}, key)
	if err != nil {
		return authority{}, err
	}
	return authority{ca, key}, writeCert(dir, name, ca.Raw)
}

func ensureIssued(dir, name string, template x509.Certificate, ca authority) error {
	if pair, err := loadPair(dir, name); err == nil && isIssued(pair.Leaf, template, ca) {
		return nil
	}
	key, err := newKey(dir, name)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return err
	}
	template.SerialNumber = serial
	template.NotBefore = ca.cert.NotBefore
	template.NotAfter = time.Now().Add(validity)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, &template, ca.cert, key.Public(), ca.key)
	if err != nil {
		return fmt.Errorf("certificate of %s: %w", name, err)
	}
	return writeCert(dir, name, der)
}

// isIssued says whether a certificate is the authority's and for all that is wanted.
func isIssued(found *x509.Certificate, wanted x509.Certificate, ca authority) bool {
	hasIP := func(ip net.IP) bool { return slices.ContainsFunc(found.IPAddresses, ip.Equal) }
	for _, ip := range wanted.IPAddresses {
		if !hasIP(ip) {
			return false
		}
	}
	return found.CheckSignatureFrom(ca.cert) == nil && found.Subject.String() == wanted.Subject.String() &&
		slices.Equal(found.DNSNames, wanted.DNSNames) && time.Now().Before(found.NotAfter)
}

// loadPair errs for one that is not there, damaged, or not of one another.
func loadPair(dir, name string) (tls.Certificate, error) {
	return tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
}

func newKey(dir, name string) (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	text, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return nil, err
	}
	return key, keyutil.WriteKey(filepath.Join(dir, name+".key"), text)
}

func writeCert(dir, name string, der []byte) error {
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	text, err := cert.EncodeCertificates(parsed)
	if err != nil {
		return err
	}
	return cert.WriteCert(filepath.Join(dir, name+".crt"), text)
}
