package main

import (
	"context"
	"crypto/rand"
	"testing"

	rupt "rupt.com/go"
	"rupt.com/go/internal/live"
	pb "rupt.com/go/rupt/v2"
)

const oslo, california = "84.208.20.110", "8.8.8.8"

func attemptOf(user, fingerprint, ip, email string) *pb.EvaluateRequest {
	return &pb.EvaluateRequest{Action: "login", User: user, Fingerprint: []string{fingerprint}, Ip: ip, Email: email}
}

func TestLetsInOnceTheCodeIsRight(t *testing.T) {
	live.Each(t, func(t *testing.T, server live.Server, client *rupt.Client) {
		user, email := rand.Text(), rand.Text()+"@example.com"
		asked := 0
		ask := func(string) string { asked++; return server.CodeFor(t, email) }
		for _, attempt := range []struct {
			fingerprint, ip string
			asked           int
		}{{"laptop", oslo, 0}, {"phone", california, 1}, {"phone", california, 1}} {
			in, err := login(context.Background(), client, attemptOf(user, attempt.fingerprint, attempt.ip, email), ask)
			if err != nil || !in || asked != attempt.asked {
				t.Fatalf("%v: in %v, asked %d times, %v", attempt, in, asked, err)
			}
		}
	})
}

func TestKeepsOutWhoeverHasNoCode(t *testing.T) {
	live.Each(t, func(t *testing.T, server live.Server, client *rupt.Client) {
		user, email := rand.Text(), rand.Text()+"@example.com"
		wrong := func(string) string {
			if server.CodeFor(t, email) == "000000" {
				return "000001"
			}
			return "000000"
		}
		if in, err := login(context.Background(), client, attemptOf(user, "laptop", oslo, email), wrong); err != nil || !in {
			t.Fatalf("first login: in %v, %v", in, err)
		}
		if in, err := login(context.Background(), client, attemptOf(user, "phone", california, email), wrong); err != nil || in {
			t.Fatalf("wrong code: in %v, %v", in, err)
		}
	})
}
