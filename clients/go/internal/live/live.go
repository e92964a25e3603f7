// Package live opens clients of the running server that the tests use, as the environment names it.
package live

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"testing"

	rupt "rupt.com/go"
)

// Server is one address of the running server.
type Server struct {
	Target  string
	Options rupt.Options
	inbox   string
}

// Each runs a test over plaintext and over TLS. Without RUPT_TARGET there is no server, and the test fails.
func Each(t *testing.T, test func(*testing.T, Server, *rupt.Client)) {
	if os.Getenv("RUPT_TARGET") == "" {
		t.Fatal("RUPT_TARGET names no server: run `npm run test:clients` in the root of the repository")
	}
	servers := map[string]Server{
		"plaintext": {os.Getenv("RUPT_TARGET"), rupt.Options{Plaintext: true}, os.Getenv("RUPT_INBOX")},
		"TLS":       {os.Getenv("RUPT_TLS_TARGET"), rupt.Options{CAFile: os.Getenv("RUPT_CA")}, os.Getenv("RUPT_TLS_INBOX")},
	}
	for name, server := range servers {
		t.Run(name, func(t *testing.T) { test(t, server, server.Connect(t, os.Getenv("RUPT_SECRET"))) })
	}
}

// Connect opens a client that is closed with the test.
func (s Server) Connect(t *testing.T, secret string) *rupt.Client {
	client, err := rupt.Connect(s.Target, secret, s.Options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// CodeFor is the newest code that arrived for a contact.
func (s Server) CodeFor(t *testing.T, contact string) string {
	request, err := http.NewRequest(http.MethodGet, s.inbox, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/json")
	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(s.Options.CAFile); err == nil {
		roots.AppendCertsFromPEM(pem)
	}
	caller := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	response, err := caller.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var inbox struct{ Data []struct{ To, Code string } }
	if err := json.NewDecoder(response.Body).Decode(&inbox); err != nil {
		t.Fatal(err)
	}
	for _, message := range inbox.Data {
		if message.To == contact {
			return message.Code
		}
	}
	t.Fatalf("no code arrived for %s", contact)
	return ""
}
