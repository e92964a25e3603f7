package com.rupt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rupt.v2.ChallengeServiceGrpc;
import com.rupt.v2.EvaluateRequest;
import com.rupt.v2.EvaluateResponse;
import com.rupt.v2.EvaluationServiceGrpc;
import com.rupt.v2.SendChallengeRequest;
import com.rupt.v2.SendChallengeResponse;
import com.rupt.v2.Verdict;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Retries and deadlines, against a server in this process that fails as told. */
class RetriesTest {
  private static final Metadata.Key<String> KEY = Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER);
  private static final EvaluateRequest LOGIN = EvaluateRequest.newBuilder().setAction("login").setUser("u").build();
  private static final SendChallengeRequest SEND =
      SendChallengeRequest.newBuilder().setChallengeId("0190a000-0000-7000-8000-000000000000").build();

  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final List<Long> remainingMs = new CopyOnWriteArrayList<>();
  private int failures;
  private boolean hangs;
  private Server server;
  private RuptClient client;

  /** Answers unless the call is to fail or to hang. */
  private <A> void answer(A message, StreamObserver<A> to) {
    remainingMs.add(Context.current().getDeadline().timeRemaining(TimeUnit.MILLISECONDS));
    if (hangs) return;
    if (keys.size() <= failures) {
      to.onError(Status.UNAVAILABLE.asRuntimeException());
      return;
    }
    to.onNext(message);
    to.onCompleted();
  }

  private final class Keys implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      keys.add(String.valueOf(headers.get(KEY)));
      return next.startCall(call, headers);
    }
  }

  @BeforeEach
  void start() throws Exception {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .intercept(new Keys())
            .addService(new EvaluationServiceGrpc.EvaluationServiceImplBase() {
              @Override
              public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> to) {
                answer(EvaluateResponse.newBuilder().setVerdict(Verdict.VERDICT_ALLOW).build(), to);
              }
            })
            .addService(new ChallengeServiceGrpc.ChallengeServiceImplBase() {
              @Override
              public void sendChallenge(SendChallengeRequest request, StreamObserver<SendChallengeResponse> to) {
                answer(SendChallengeResponse.newBuilder().setSuccess(true).build(), to);
              }
            })
            .build()
            .start();
    client = RuptClient.overPlaintext("localhost:" + server.getPort(), "secret");
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  @Test
  void anEvaluationIsRepeatedUnderOneIdempotencyKey() {
    failures = 2;
    assertEquals(Verdict.VERDICT_ALLOW, client.evaluations().evaluate(LOGIN).getVerdict());
    assertEquals(3, keys.size());
    assertEquals(1, Set.copyOf(keys).size());
    assertNotEquals("null", keys.get(0));
  }

  @Test
  void twoEvaluationsHaveTwoKeysAndAGivenOneIsKept() {
    var mine = new Metadata();
    mine.put(KEY, "mine");
    client.evaluations().evaluate(LOGIN);
    client.evaluations().evaluate(LOGIN);
    client.evaluations().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(mine)).evaluate(LOGIN);
    assertNotEquals(keys.get(0), keys.get(1));
    assertEquals("mine", keys.get(2));
  }

  @Test
  void theFourthFailureIsTheCallers() {
    failures = 9;
    var error = assertThrows(StatusRuntimeException.class, () -> client.evaluations().evaluate(LOGIN));
    assertEquals(Status.Code.UNAVAILABLE, error.getStatus().getCode());
    assertEquals(4, keys.size());
  }

  @Test
  void aCodeIsNeverSentTwiceUnasked() {
    failures = 1;
    assertThrows(StatusRuntimeException.class, () -> client.challenges().sendChallenge(SEND));
    assertEquals(1, keys.size());
  }

  @Test
  void aCallHasADeadlineEvenIfNoneIsGiven() {
    client.evaluations().evaluate(LOGIN);
    client.challenges().sendChallenge(SEND);
    assertTrue(remainingMs.get(0) > 0 && remainingMs.get(0) <= 5_000, remainingMs.toString());
    assertTrue(remainingMs.get(1) > 5_000 && remainingMs.get(1) <= 15_000, remainingMs.toString());
  }

  @Test
  void aDeadlineEndsTheWait() {
    hangs = true;
    var stub = client.evaluations().withDeadlineAfter(200, TimeUnit.MILLISECONDS);
    var error = assertThrows(StatusRuntimeException.class, () -> stub.evaluate(LOGIN));
    assertEquals(Status.Code.DEADLINE_EXCEEDED, error.getStatus().getCode());
  }
}
