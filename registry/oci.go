package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/distribution/distribution/v3/configuration"
	_ "github.com/distribution/distribution/v3/registry/auth/htpasswd"
	_ "github.com/distribution/distribution/v3/registry/auth/token"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
	"github.com/sirupsen/logrus"
	"golang.org/x/crypto/bcrypt"
)

const service = "registry"

// newRegistry is the registry itself. `realm` is where it sends those who lack a token.
func newRegistry(ctx context.Context, s settings, people users, tokens *tokenServer, realm string) (http.Handler, error) {
	logrus.SetOutput(io.Discard)
	auth, err := signIn(s, people, tokens, realm)
	if err != nil {
		return nil, err
	}
	config := &configuration.Configuration{
		Auth:    auth,
		Catalog: configuration.Catalog{MaxEntries: 1000},
		Storage: configuration.Storage{
			"filesystem": {"rootdirectory": filepath.Join(s.dir, "registry")},
			"delete":     {"enabled": true},
		},
	}
	config.HTTP.Secret = "of this machine alone"
	config.Validation.Disabled = true
	app := handlers.NewApp(ctx, config)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case tokens != nil && strings.HasPrefix(r.URL.Path, "/token"):
			tokens.ServeHTTP(w, r)
		case s.hidesCatalog && r.URL.Path == "/v2/_catalog":
			http.NotFound(w, r)
		default:
			app.ServeHTTP(w, r)
		}
	}), nil
}

func signIn(s settings, people users, tokens *tokenServer, realm string) (configuration.Auth, error) {
	switch s.auth {
	case "none":
		return nil, nil
	case "basic":
		path := filepath.Join(s.dir, "htpasswd")
		return configuration.Auth{"htpasswd": {"realm": service, "path": path}}, people.writeHashed(path)
	case "token":
		return configuration.Auth{"token": {
			"realm": realm + "/token", "service": service, "issuer": issuer, "jwks": tokens.jwks,
		}}, nil
	default:
		return nil, errors.New("--auth is none, basic or token")
	}
}

func (u users) writeHashed(path string) error {
	var lines strings.Builder
	for name, password := range u {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			return err
		}
		lines.WriteString(name + ":" + string(hash) + "\n")
	}
	return os.WriteFile(path, []byte(lines.String()), 0o600)
}
