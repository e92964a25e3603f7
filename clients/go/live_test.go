package rupt_test

import (
	"context"
	"crypto/rand"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	rupt "rupt.com/go"
	"rupt.com/go/internal/live"
	ruptv2 "rupt.com/go/rupt/v2"
)

const unknownID = "0190a000-0000-7000-8000-000000000000"

func TestAnErrorNamesItsReason(t *testing.T) {
	live.Each(t, func(t *testing.T, _ live.Server, client *rupt.Client) {
		_, err := client.Challenges.GetChallenge(context.Background(), &ruptv2.GetChallengeRequest{ChallengeId: unknownID})
		info := rupt.ErrorInfo(err)
		if status.Code(err) != codes.NotFound || info.Domain != "rupt" || info.Reason != "challenge_not_found" {
			t.Fatalf("%v, %v", err, info)
		}
	})
}

func TestAnErrorCarriesItsMetadata(t *testing.T) {
	live.Each(t, func(t *testing.T, _ live.Server, client *rupt.Client) {
		ctx, user, email := context.Background(), rand.Text(), rand.Text()+"@example.com"
		var id string
		for _, attempt := range [][2]string{{"laptop", "84.208.20.110"}, {"phone", "8.8.8.8"}} {
			answer, err := client.Evaluations.Evaluate(ctx, &ruptv2.EvaluateRequest{Action: "login", User: user, Fingerprint: attempt[:1], Ip: attempt[1], Email: email})
			if err != nil {
				t.Fatal(err)
			}
			id = answer.GetChallengeId()
		}
		if _, err := client.Challenges.SendChallenge(ctx, &ruptv2.SendChallengeRequest{ChallengeId: id}); err != nil {
			t.Fatal(err)
		}
		_, err := client.Challenges.SendChallenge(ctx, &ruptv2.SendChallengeRequest{ChallengeId: id})
		info := rupt.ErrorInfo(err)
		if seconds, _ := strconv.Atoi(info.Metadata["retry_after_seconds"]); info.Reason != "resend_too_soon" || seconds <= 0 {
			t.Fatalf("%v, %v", err, info)
		}
	})
}

func TestAWrongSecretIsRefused(t *testing.T) {
	live.Each(t, func(t *testing.T, server live.Server, _ *rupt.Client) {
		_, err := server.Connect(t, "wrong").Evaluations.Evaluate(context.Background(), &ruptv2.EvaluateRequest{Action: "login", User: "u"})
		if status.Code(err) != codes.Unauthenticated || rupt.ErrorInfo(err).Reason != "wrong_secret" {
			t.Fatal(err)
		}
	})
}

func TestAnUnknownCertificateIsRefused(t *testing.T) {
	live.Each(t, func(t *testing.T, server live.Server, _ *rupt.Client) {
		server.Options = rupt.Options{}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, err := server.Connect(t, "secret").Evaluations.Evaluate(ctx, &ruptv2.EvaluateRequest{Action: "login", User: "u"})
		if code := status.Code(err); code != codes.Unavailable && code != codes.DeadlineExceeded || rupt.ErrorInfo(err).Reason != "" {
			t.Fatal(err)
		}
	})
}
