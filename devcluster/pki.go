package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"berth.dev/devcluster/node"
	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// validity is long enough for any demo; data of an older cluster is thrown away, not renewed.
const validity = 5 * 365 * 24 * time.Hour

// ensurePKI makes, once, the certificate authority, the certificates of the API server, the administrator and the parts of
// a real node, and the key that signs service account tokens.
func ensurePKI(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "complete")); err == nil {
		return nil
	}
	ca, caKey, err := newCA(dir, "ca")
	if err != nil {
		return err
	}
	server := x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses: append(node.ServiceIPs(), net.IPv4(127, 0, 0, 1)),
	}
	admin := x509.Certificate{
		Subject:     pkix.Name{CommonName: "admin", Organization: []string{"system:masters"}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if err := issue(dir, "apiserver", server, ca, caKey); err != nil {
		return err
	}
	if err := issue(dir, "admin", admin, ca, caKey); err != nil {
		return err
	}
	for name, subject := range map[string]pkix.Name{
		"kubelet":    {CommonName: "system:node:" + node.Name, Organization: []string{"system:nodes"}},
		"kube-proxy": {CommonName: "system:kube-proxy"},
	} {
		client := x509.Certificate{Subject: subject, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
		if err := issue(dir, name, client, ca, caKey); err != nil {
			return err
		}
	}
	if err := issueFrontProxy(dir); err != nil {
		return err
	}
	if _, err := newKey(dir, "service-account"); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "complete"), nil, 0o600)
}

// issueFrontProxy has an authority of its own: whoever it vouches for may speak in anybody's name.
func issueFrontProxy(dir string) error {
	ca, caKey, err := newCA(dir, "front-proxy-ca")
	if err != nil {
		return err
	}
	client := x509.Certificate{Subject: pkix.Name{CommonName: frontProxy}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	return issue(dir, frontProxy, client, ca, caKey)
}

func newCA(dir, name string) (*x509.Certificate, crypto.Signer, error) {
	key, err := newKey(dir, name)
	if err != nil {
		return nil, nil, err
	}
	ca, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "devcluster-" + name}, key)
	if err != nil {
		return nil, nil, err
	}
	return ca, key, writeCert(dir, name, ca.Raw)
}

func issue(dir, name string, template x509.Certificate, ca *x509.Certificate, caKey crypto.Signer) error {
	key, err := newKey(dir, name)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return err
	}
	template.SerialNumber = serial
	template.NotBefore = ca.NotBefore
	template.NotAfter = time.Now().Add(validity)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, &template, ca, key.Public(), caKey)
	if err != nil {
		return fmt.Errorf("certificate of %s: %w", name, err)
	}
	return writeCert(dir, name, der)
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
