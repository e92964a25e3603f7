package com.rupt.example;

import com.rupt.Errors;
import com.rupt.RuptClient;
import com.rupt.v2.CompleteChallengeRequest;
import com.rupt.v2.EvaluateRequest;
import com.rupt.v2.SendChallengeRequest;
import com.rupt.v2.Verdict;
import com.rupt.v2.VerifyChallengeRequest;
import io.grpc.StatusRuntimeException;
import java.io.File;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One login: evaluate, and where the verdict asks for it send → verify → complete. Arguments: USER FINGERPRINT IP EMAIL. */
public final class Login {
  private Login() {}

  /** Whether the user may come in. {@code ask} shows where a code went and returns what the user typed. */
  public static boolean login(RuptClient client, String user, String fingerprint, String ip, String email, UnaryOperator<String> ask) {
    var attempt = EvaluateRequest.newBuilder().setAction("login").setUser(user).addFingerprint(fingerprint).setIp(ip).setEmail(email).build();
    var answer = client.evaluations().withDeadlineAfter(2, TimeUnit.SECONDS).evaluate(attempt);
    System.out.println(answer.getVerdict() + " " + answer.getReasonsList());
    if (!answer.hasChallengeId()) return answer.getVerdict() == Verdict.VERDICT_ALLOW;
    var id = answer.getChallengeId();
    var sent = client.challenges().sendChallenge(SendChallengeRequest.newBuilder().setChallengeId(id).build());
    var code = VerifyChallengeRequest.newBuilder().setChallengeId(id).setCode(ask.apply(sent.getDestination())).build();
    if (!client.challenges().verifyChallenge(code).getSuccess()) return false;
    return client.challenges().completeChallenge(CompleteChallengeRequest.newBuilder().setChallengeId(id).build()).getSuccess();
  }

  public static void main(String[] args) throws Exception {
    if (args.length != 4) throw new IllegalArgumentException("USER FINGERPRINT IP EMAIL");
    String target = System.getenv("RUPT_TARGET"), secret = System.getenv("RUPT_SECRET"), ca = System.getenv("RUPT_CA");
    try (var client = ca == null ? RuptClient.overPlaintext(target, secret) : RuptClient.overTls(target, secret, new File(ca))) {
      var in = login(client, args[0], args[1], args[2], args[3], destination -> System.console().readLine("Code sent to %s: ", destination));
      System.out.println(in ? "in" : "out");
    } catch (StatusRuntimeException error) {
      System.err.println(error.getStatus() + " " + Errors.infoOf(error));
      System.exit(1);
    }
  }
}
