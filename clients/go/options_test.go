package rupt_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	rupt "rupt.com/go"
)

func TestOptionsThatContradictEachOtherAreRefused(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, options := range map[string]rupt.Options{
		"plaintext and a file": {Plaintext: true, CAFile: "ca.pem"},
		"plaintext and a pool": {Plaintext: true, RootCAs: x509.NewCertPool()},
		"a pool and a file":    {RootCAs: x509.NewCertPool(), CAFile: "ca.pem"},
		"a file that is not":   {CAFile: filepath.Join(t.TempDir(), "none.pem")},
		"a file of nothing":    {CAFile: empty},
	} {
		if client, err := rupt.Connect("localhost:1", "secret", options); err == nil {
			t.Errorf("%s: no error", name)
			_ = client.Close()
		}
	}
}
