// Package rupt is the gRPC client of the Rupt account-takeover protection service. See README.md.
package rupt

//go:generate rm -rf rupt/v2
//go:generate buf generate
//go:generate cp ../../proto/rupt/v2/rupt_grpc_service_config.json .

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	ruptv2 "rupt.com/go/rupt/v2"
)

// Deadlines and retries per method, as the service states them.
//
//go:embed rupt_grpc_service_config.json
var serviceConfig string

// Client holds the services as generated stubs over one connection. Safe for concurrent use.
type Client struct {
	Evaluations ruptv2.EvaluationServiceClient
	Challenges  ruptv2.ChallengeServiceClient
	Users       ruptv2.UserServiceClient
	Policies    ruptv2.PolicyServiceClient
	AccessLists ruptv2.AccessListServiceClient
	Browser     ruptv2.BrowserServiceClient
	connection  *grpc.ClientConn
}

// Options say how to trust the server. The zero value is TLS against the system's certificates; at most one of them can be set.
type Options struct {
	// RootCAs replaces the system's certificates.
	RootCAs *x509.CertPool
	// CAFile names a PEM file of certificates that replace the system's; empty: none.
	CAFile string
	// Plaintext switches TLS off; only where the network is trusted, for the secret travels in each call.
	Plaintext bool
}

func (o Options) credentials() (credentials.TransportCredentials, error) {
	roots := o.RootCAs
	switch {
	case o.Plaintext && (roots != nil || o.CAFile != ""):
		return nil, errors.New("Plaintext trusts no certificates: leave out RootCAs and CAFile")
	case roots != nil && o.CAFile != "":
		return nil, errors.New("set RootCAs or CAFile, not both")
	case o.Plaintext:
		return insecure.NewCredentials(), nil
	case o.CAFile != "":
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, err
		}
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", o.CAFile)
		}
	}
	return credentials.NewTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}), nil
}

// Connect opens a connection to host:port with the project's API secret. Every call has a deadline and is retried where that is safe:
// 5 s and 4 attempts on Unavailable and Aborted; 15 s and one attempt for sending, verifying and all else that is not safe to repeat. A
// deadline of the context that ends sooner wins.
func Connect(target, secret string, options Options) (*Client, error) {
	transport, err := options.credentials()
	if err != nil {
		return nil, fmt.Errorf("rupt: %w", err)
	}
	connection, err := grpc.NewClient(target,
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDisableServiceConfig(),
		grpc.WithUnaryInterceptor(callDefaults(secret)),
	)
	if err != nil {
		return nil, fmt.Errorf("rupt: %w", err)
	}
	return &Client{
		Evaluations: ruptv2.NewEvaluationServiceClient(connection),
		Challenges:  ruptv2.NewChallengeServiceClient(connection),
		Users:       ruptv2.NewUserServiceClient(connection),
		Policies:    ruptv2.NewPolicyServiceClient(connection),
		AccessLists: ruptv2.NewAccessListServiceClient(connection),
		Browser:     ruptv2.NewBrowserServiceClient(connection),
		connection:  connection,
	}, nil
}

// Close ends the connection.
func (c *Client) Close() error { return c.connection.Close() }

// callDefaults adds the secret, and an idempotency key of its own to each evaluation, without which a retry could count one login twice.
func callDefaults(secret string) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+secret)
		if method == ruptv2.EvaluationService_Evaluate_FullMethodName || method == ruptv2.BrowserService_ConsumeEvaluation_FullMethodName {
			if given, _ := metadata.FromOutgoingContext(ctx); len(given.Get("idempotency-key")) == 0 {
				ctx = metadata.AppendToOutgoingContext(ctx, "idempotency-key", rand.Text())
			}
		}
		return invoke(ctx, method, request, reply, connection, options...)
	}
}
