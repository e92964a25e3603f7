package rupt_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	rupt "rupt.com/go"
	ruptv2 "rupt.com/go/rupt/v2"
)

// faulty is a server in this process: it fails its first calls and, if asked to, never answers.
type faulty struct {
	ruptv2.UnimplementedEvaluationServiceServer
	ruptv2.UnimplementedChallengeServiceServer
	failures int
	hang     bool

	mutex     sync.Mutex
	keys      []string
	remaining []time.Duration
}

func (f *faulty) answer(ctx context.Context) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var key string
	if given := metadata.ValueFromIncomingContext(ctx, "idempotency-key"); len(given) > 0 {
		key = given[0]
	}
	f.keys = append(f.keys, key)
	if deadline, ok := ctx.Deadline(); ok {
		f.remaining = append(f.remaining, time.Until(deadline))
	}
	if f.hang {
		<-ctx.Done()
	}
	if len(f.keys) <= f.failures {
		return status.Error(codes.Unavailable, "stopping")
	}
	return nil
}

func (f *faulty) Evaluate(ctx context.Context, _ *ruptv2.EvaluateRequest) (*ruptv2.EvaluateResponse, error) {
	return &ruptv2.EvaluateResponse{Verdict: ruptv2.Verdict_VERDICT_ALLOW}, f.answer(ctx)
}

func (f *faulty) SendChallenge(ctx context.Context, _ *ruptv2.SendChallengeRequest) (*ruptv2.SendChallengeResponse, error) {
	return &ruptv2.SendChallengeResponse{Success: true}, f.answer(ctx)
}

func serve(t *testing.T, f *faulty) *rupt.Client {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	ruptv2.RegisterEvaluationServiceServer(server, f)
	ruptv2.RegisterChallengeServiceServer(server, f)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	client, err := rupt.Connect(listener.Addr().String(), "secret", rupt.Options{Plaintext: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func evaluate(ctx context.Context, client *rupt.Client) error {
	_, err := client.Evaluations.Evaluate(ctx, &ruptv2.EvaluateRequest{Action: "login", User: "u"})
	return err
}

func TestAnEvaluationIsRepeatedUnderOneIdempotencyKey(t *testing.T) {
	server := &faulty{failures: 2}
	if err := evaluate(context.Background(), serve(t, server)); err != nil {
		t.Fatal(err)
	}
	if k := server.keys; len(k) != 3 || k[0] == "" || k[0] != k[1] || k[1] != k[2] {
		t.Fatal(k)
	}
}

func TestTwoEvaluationsHaveTwoKeysAndAGivenOneIsKept(t *testing.T) {
	server := &faulty{}
	client := serve(t, server)
	mine := metadata.AppendToOutgoingContext(context.Background(), "idempotency-key", "mine")
	for _, ctx := range []context.Context{context.Background(), context.Background(), mine} {
		if err := evaluate(ctx, client); err != nil {
			t.Fatal(err)
		}
	}
	if k := server.keys; k[0] == k[1] || k[2] != "mine" {
		t.Fatal(k)
	}
}

func TestTheFourthFailureIsTheCallers(t *testing.T) {
	server := &faulty{failures: 9}
	if err := evaluate(context.Background(), serve(t, server)); status.Code(err) != codes.Unavailable || len(server.keys) != 4 {
		t.Fatal(err, len(server.keys))
	}
}

func TestACodeIsNeverSentTwiceUnasked(t *testing.T) {
	server := &faulty{failures: 1}
	_, err := serve(t, server).Challenges.SendChallenge(context.Background(), &ruptv2.SendChallengeRequest{ChallengeId: unknownID})
	if status.Code(err) != codes.Unavailable || len(server.keys) != 1 {
		t.Fatal(err, len(server.keys))
	}
}

func TestACallHasADeadlineEvenIfNoneIsGiven(t *testing.T) {
	server := &faulty{}
	client := serve(t, server)
	if err := evaluate(context.Background(), client); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Challenges.SendChallenge(context.Background(), &ruptv2.SendChallengeRequest{ChallengeId: unknownID}); err != nil {
		t.Fatal(err)
	}
	if r := server.remaining; len(r) != 2 || r[0] <= 0 || r[0] > 5*time.Second || r[1] <= 5*time.Second || r[1] > 15*time.Second {
		t.Fatal(r)
	}
}

func TestADeadlineEndsTheWait(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if err := evaluate(ctx, serve(t, &faulty{hang: true})); status.Code(err) != codes.DeadlineExceeded {
		t.Fatal(err)
	}
}
