package com.rupt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rupt.example.Login;
import com.rupt.v2.EvaluateRequest;
import com.rupt.v2.GetChallengeRequest;
import com.rupt.v2.SendChallengeRequest;
import com.rupt.v2.Verdict;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The client against a live server, over plaintext and TLS. */
class LiveTest {
  private static final String OSLO = "84.208.20.110", CALIFORNIA = "8.8.8.8";
  private final String user = UUID.randomUUID().toString();
  private final String email = UUID.randomUUID() + "@example.com";

  private EvaluateRequest attempt(String fingerprint, String ip) {
    return EvaluateRequest.newBuilder().setAction("login").setUser(user).addFingerprint(fingerprint).setIp(ip).setEmail(email).build();
  }

  @ParameterizedTest
  @MethodSource("com.rupt.Live#servers")
  void exampleLetsInOnceTheCodeIsRight(Live server) throws Exception {
    var asked = new ArrayList<String>();
    try (var client = server.connect()) {
      for (var attempt : List.of(List.of("laptop", OSLO), List.of("phone", CALIFORNIA), List.of("phone", CALIFORNIA))) {
        assertTrue(Login.login(client, user, attempt.get(0), attempt.get(1), email, destination -> {
          asked.add(attempt.get(0));
          return server.codeFor(email);
        }));
      }
    }
    assertEquals(List.of("phone"), asked);
  }

  @ParameterizedTest
  @MethodSource("com.rupt.Live#servers")
  void exampleKeepsOutWhoeverHasNoCode(Live server) throws Exception {
    try (var client = server.connect()) {
      assertTrue(Login.login(client, user, "laptop", OSLO, email, destination -> ""));
      assertFalse(Login.login(client, user, "phone", CALIFORNIA, email, destination -> server.codeFor(email).equals("000000") ? "000001" : "000000"));
    }
  }

  @ParameterizedTest
  @MethodSource("com.rupt.Live#servers")
  void anErrorNamesItsReason(Live server) throws Exception {
    try (var client = server.connect()) {
      var request = GetChallengeRequest.newBuilder().setChallengeId(UUID.randomUUID().toString()).build();
      var error = assertThrows(StatusRuntimeException.class, () -> client.challenges().getChallenge(request));
      assertEquals(Status.Code.NOT_FOUND, error.getStatus().getCode());
      assertEquals("rupt", Errors.infoOf(error).getDomain());
      assertEquals("challenge_not_found", Errors.infoOf(error).getReason());
    }
  }

  @ParameterizedTest
  @MethodSource("com.rupt.Live#servers")
  void anErrorCarriesItsMetadata(Live server) throws Exception {
    try (var client = server.connect()) {
      client.evaluations().evaluate(attempt("laptop", OSLO));
      var answer = client.evaluations().evaluate(attempt("phone", CALIFORNIA));
      assertEquals(Verdict.VERDICT_CHALLENGE, answer.getVerdict());
      var send = SendChallengeRequest.newBuilder().setChallengeId(answer.getChallengeId()).build();
      client.challenges().sendChallenge(send);
      var info = Errors.infoOf(assertThrows(StatusRuntimeException.class, () -> client.challenges().sendChallenge(send)));
      assertEquals("resend_too_soon", info.getReason());
      assertTrue(Integer.parseInt(info.getMetadataOrThrow("retry_after_seconds")) > 0);
    }
  }

  @ParameterizedTest
  @MethodSource("com.rupt.Live#servers")
  void aWrongSecretIsRefused(Live server) throws Exception {
    try (var client = server.connect("wrong")) {
      var error = assertThrows(StatusRuntimeException.class, () -> client.evaluations().evaluate(attempt("laptop", OSLO)));
      assertEquals(Status.Code.UNAUTHENTICATED, error.getStatus().getCode());
      assertEquals("wrong_secret", Errors.infoOf(error).getReason());
    }
  }

  @Test
  void anUnknownCertificateIsRefused() {
    try (var client = RuptClient.overTls(System.getenv("RUPT_TLS_TARGET"), "secret")) {
      var stub = client.evaluations().withDeadlineAfter(5, TimeUnit.SECONDS);
      var error = assertThrows(StatusRuntimeException.class, () -> stub.evaluate(attempt("laptop", OSLO)));
      assertTrue(List.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED).contains(error.getStatus().getCode()));
      assertEquals("", Errors.infoOf(error).getReason());
    }
  }
}
