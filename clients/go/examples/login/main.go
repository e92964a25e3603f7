// One login: evaluate, and where the verdict asks for it send → verify → complete. go run ./examples/login USER FINGERPRINT IP EMAIL
package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log"
	"os"
	"time"

	rupt "rupt.com/go"
	ruptv2 "rupt.com/go/rupt/v2"
)

// login answers whether the user may come in. ask shows where a code went and returns what the user typed.
func login(ctx context.Context, client *rupt.Client, user, fingerprint, ip, email string, ask func(string) string) (bool, error) {
	evaluating, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	answer, err := client.Evaluations.Evaluate(evaluating, &ruptv2.EvaluateRequest{Action: "login", User: user, Fingerprint: []string{fingerprint}, Ip: ip, Email: email})
	if err != nil {
		return false, err
	}
	fmt.Println(answer.Verdict, answer.Reasons)
	switch answer.Verdict {
	case ruptv2.Verdict_VERDICT_ALLOW:
		return true, nil
	case ruptv2.Verdict_VERDICT_CHALLENGE, ruptv2.Verdict_VERDICT_CHALLENGE_AND_RESTRICT:
	default:
		return false, nil
	}

	id := answer.GetChallengeId()
	sent, err := client.Challenges.SendChallenge(ctx, &ruptv2.SendChallengeRequest{ChallengeId: id})
	if err != nil {
		return false, err
	}
	verified, err := client.Challenges.VerifyChallenge(ctx, &ruptv2.VerifyChallengeRequest{ChallengeId: id, Code: ask(sent.Destination)})
	if err != nil || !verified.Success {
		return false, err
	}
	completed, err := client.Challenges.CompleteChallenge(ctx, &ruptv2.CompleteChallengeRequest{ChallengeId: id})
	return completed.GetSuccess(), err
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: login USER FINGERPRINT IP EMAIL")
	}
	options := rupt.Options{Plaintext: true}
	if ca, err := os.ReadFile(os.Getenv("RUPT_CA")); err == nil {
		options = rupt.Options{RootCAs: x509.NewCertPool()}
		options.RootCAs.AppendCertsFromPEM(ca)
	}
	client, err := rupt.Connect(os.Getenv("RUPT_TARGET"), os.Getenv("RUPT_SECRET"), options)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	in, err := login(context.Background(), client, os.Args[1], os.Args[2], os.Args[3], os.Args[4], func(destination string) (code string) {
		fmt.Printf("Code sent to %s: ", destination)
		fmt.Scanln(&code)
		return code
	})
	if err != nil {
		log.Fatalf("%v: %s %v", err, rupt.ErrorInfo(err).Reason, rupt.ErrorInfo(err).Metadata)
	}
	fmt.Println("in:", in)
}
