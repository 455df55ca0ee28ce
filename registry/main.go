// Registry is where charts come from in Berth's demo and tests: a real OCI registry (github.com/distribution/distribution), the
// host that gives its tokens, and a classic repository of a directory, each on a loopback port of its own, with TLS.
//
// It prints one line of JSON that says where each is, and ends when its input ends.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// settings are what the flags say.
type settings struct {
	dir, repository, users, certificate, key, auth string
	hasOwnTokens, hidesCatalog                     bool
	// 0 asks the system for a free one.
	port, tokensPort, repositoryPort int
}

func main() {
	var s settings
	flag.StringVar(&s.dir, "dir", "", "where the registry keeps what is pushed, and this program its own files")
	flag.StringVar(&s.repository, "repository", "", "the directory that is the classic repository; none without it")
	flag.StringVar(&s.users, "users", "", "a file with name:password in each line")
	flag.StringVar(&s.certificate, "certificate", "", "PEM; without it there is no TLS")
	flag.StringVar(&s.key, "key", "", "PEM")
	flag.StringVar(&s.auth, "auth", "none", "how people sign in: none, basic or token")
	flag.BoolVar(&s.hasOwnTokens, "own-tokens", false, "whether tokens come from the registry's own address")
	flag.BoolVar(&s.hidesCatalog, "hide-catalog", false, "whether nobody may list the repositories")
	flag.IntVar(&s.port, "port", 0, "the registry's; free ones without it")
	flag.IntVar(&s.tokensPort, "tokens-port", 0, "that of the host of tokens")
	flag.IntVar(&s.repositoryPort, "repository-port", 0, "the repository's")
	flag.Parse()
	if err := run(s); err != nil {
		fmt.Fprintln(os.Stderr, "registry:", err)
		os.Exit(1)
	}
}

// addresses is what is printed.
type addresses struct {
	Registry   string `json:"registry"`
	Tokens     string `json:"tokens,omitempty"`
	Repository string `json:"repository,omitempty"`
}

func run(s settings) error {
	if s.dir == "" {
		return errors.New("--dir is missing")
	}
	people, err := readUsers(s.users)
	if err != nil {
		return err
	}
	config, err := tlsConfig(s)
	if err != nil {
		return err
	}
	failed := make(chan error, 3)
	serve := func(port int, handler func(address string) (http.Handler, error)) (string, error) {
		return serve(config, port, handler, failed)
	}
	var said addresses
	var tokens *tokenServer
	if s.auth == "token" {
		if tokens, err = newTokenServer(s.dir, people); err != nil {
			return err
		}
		if said.Tokens, err = serve(s.tokensPort, func(string) (http.Handler, error) { return tokens, nil }); err != nil {
			return err
		}
	}
	said.Registry, err = serve(s.port, func(address string) (http.Handler, error) {
		realm := said.Tokens
		if s.hasOwnTokens {
			realm = address
		}
		return newRegistry(context.Background(), s, people, tokens, realm)
	})
	if err != nil {
		return err
	}
	if s.repository != "" {
		files := &repository{dir: s.repository}
		if s.auth != "none" {
			files.people = people
		}
		if said.Repository, err = serve(s.repositoryPort, func(string) (http.Handler, error) { return files, nil }); err != nil {
			return err
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		return err
	}
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	return <-failed
}

func tlsConfig(s settings) (*tls.Config, error) {
	if s.certificate == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(s.certificate, s.key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// serve answers on a port, or on one that was free, and says where: scheme, host and port.
func serve(config *tls.Config, port int, make func(address string) (http.Handler, error), failed chan<- error) (string, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return "", err
	}
	address := "http://" + listener.Addr().String()
	if config != nil {
		address = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, config)
	}
	handler, err := make(address)
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { failed <- server.Serve(listener) }()
	return address, nil
}

// users is passwords by name.
type users map[string]string

func readUsers(path string) (users, error) {
	people := users{}
	if path == "" {
		return people, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name, password, isOne := strings.Cut(lines.Text(), ":"); isOne {
			people[name] = password
		}
	}
	return people, lines.Err()
}

// know says whether a request is signed in, and as whom; an empty name is nobody.
func (u users) know(r *http.Request) (name string, isKnown bool) {
	name, password, isSaid := r.BasicAuth()
	if !isSaid {
		return "", true
	}
	expected, isKnown := u[name]
	return name, isKnown && password == expected
}
