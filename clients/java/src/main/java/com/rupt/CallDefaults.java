package com.rupt;

import com.rupt.v2.BrowserServiceGrpc;
import com.rupt.v2.EvaluationServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.Set;
import java.util.UUID;

/** Adds the secret, and an idempotency key of its own to each evaluation, without which a retry could count one login twice. */
final class CallDefaults implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
  private static final Metadata.Key<String> IDEMPOTENCY_KEY = key("idempotency-key");

  private static final Set<String> IDEMPOTENT_BY_KEY =
      Set.of(
          EvaluationServiceGrpc.getEvaluateMethod().getFullMethodName(),
          BrowserServiceGrpc.getConsumeEvaluationMethod().getFullMethodName());

  private final String authorization;

  CallDefaults(String secret) {
    authorization = "Bearer " + secret;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    var evaluates = IDEMPOTENT_BY_KEY.contains(method.getFullMethodName());
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        headers.put(AUTHORIZATION, authorization);
        if (evaluates && !headers.containsKey(IDEMPOTENCY_KEY)) {
          headers.put(IDEMPOTENCY_KEY, UUID.randomUUID().toString());
        }
        super.start(listener, headers);
      }
    };
  }
}
