package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const issuer = "tokens"

// lasts is how long a token is good for.
const lasts = 5 * time.Minute

// tokenServer gives tokens for the registry (https://distribution.github.io/distribution/spec/auth/token/). Who is signed in may
// do everything; who is not may read what is below `public/`.
type tokenServer struct {
	people users
	signer jose.Signer
	// jwks is the file that the registry knows the key from.
	jwks string
}

func newTokenServer(dir string, people users) (*tokenServer, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	key := jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: issuer}}
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		return nil, err
	}
	known := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: issuer, Algorithm: string(jose.EdDSA)}}}
	content, err := json.Marshal(known)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "jwks.json")
	return &tokenServer{people, signer, path}, os.WriteFile(path, content, 0o600)
}

// access is what a token allows.
type access struct {
	Type    string   `json:"type"`
	Name    string   `json:"name"`
	Actions []string `json:"actions"`
}

func (t *tokenServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, isKnown := t.people.know(r)
	if !isKnown {
		http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"no such user, or another password"}]}`, http.StatusUnauthorized)
		return
	}
	var allowed []access
	for _, scopes := range r.URL.Query()["scope"] {
		for _, scope := range strings.Fields(scopes) {
			if granted, isGranted := grant(name, scope); isGranted {
				allowed = append(allowed, granted)
			}
		}
	}
	now := time.Now()
	claims := jwt.Claims{
		Issuer: issuer, Subject: name, Audience: jwt.Audience{service},
		Expiry: jwt.NewNumericDate(now.Add(lasts)), NotBefore: jwt.NewNumericDate(now), IssuedAt: jwt.NewNumericDate(now),
	}
	token, err := jwt.Signed(t.signer).Claims(claims).Claims(map[string]any{"access": allowed}).Serialize()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"token": token, "expires_in": int(lasts.Seconds())})
}

// grant is what of a scope somebody may.
func grant(name, scope string) (access, bool) {
	kind, rest, _ := strings.Cut(scope, ":")
	of, actions, isWhole := strings.Cut(rest, ":")
	switch {
	case !isWhole:
		return access{}, false
	case name != "":
		return access{kind, of, strings.Split(actions, ",")}, true
	case strings.HasPrefix(of, "public/"):
		return access{kind, of, []string{"pull"}}, true
	default:
		return access{}, false
	}
}
