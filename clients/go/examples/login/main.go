// One login: evaluate, and where the answer asks for it send → verify → complete. go run ./examples/login USER FINGERPRINT IP EMAIL
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	rupt "rupt.com/go"
	pb "rupt.com/go/rupt/v2"
)

// login answers whether the user may come in. ask shows where a code went and returns what the user typed. Each call has a deadline of its own,
// and is repeated where that is safe; ctx may end it sooner.
func login(ctx context.Context, client *rupt.Client, attempt *pb.EvaluateRequest, ask func(string) string) (bool, error) {
	answer, err := client.Evaluations.Evaluate(ctx, attempt)
	if err != nil || answer.ChallengeId == nil {
		return answer.GetVerdict() == pb.Verdict_VERDICT_ALLOW, err
	}
	id := answer.GetChallengeId()
	sent, err := client.Challenges.SendChallenge(ctx, &pb.SendChallengeRequest{ChallengeId: id})
	if err != nil {
		return false, err
	}
	verified, err := client.Challenges.VerifyChallenge(ctx, &pb.VerifyChallengeRequest{ChallengeId: id, Code: ask(sent.Destination)})
	if err != nil || !verified.Success {
		return false, err
	}
	completed, err := client.Challenges.CompleteChallenge(ctx, &pb.CompleteChallengeRequest{ChallengeId: id})
	return completed.GetSuccess(), err
}

func main() {
	ca := os.Getenv("RUPT_CA")
	client, err := rupt.Connect(os.Getenv("RUPT_TARGET"), os.Getenv("RUPT_SECRET"), rupt.Options{CAFile: ca, Plaintext: ca == ""})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	args := append(os.Args[1:], "", "", "", "") // what is missing, the server names
	attempt := &pb.EvaluateRequest{Action: "login", User: args[0], Fingerprint: args[1:2], Ip: args[2], Email: args[3]}
	in, err := login(context.Background(), client, attempt, func(destination string) (code string) {
		fmt.Printf("Code sent to %s: ", destination)
		_, _ = fmt.Scanln(&code)
		return code
	})
	if err != nil {
		log.Fatal(err, " ", rupt.ErrorInfo(err)) // such as: resend_too_soon, with retry_after_seconds in the metadata
	}
	fmt.Println("in:", in)
}
