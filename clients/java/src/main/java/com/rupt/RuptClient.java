package com.rupt;

import com.google.gson.Gson;
import com.rupt.v2.AccessListServiceGrpc;
import com.rupt.v2.BrowserServiceGrpc;
import com.rupt.v2.ChallengeServiceGrpc;
import com.rupt.v2.EvaluationServiceGrpc;
import com.rupt.v2.PolicyServiceGrpc;
import com.rupt.v2.UserServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The services as generated stubs over one channel. Safe to share between threads; close it.
 *
 * <p>Every call has a deadline and is retried where that is safe: 5 s and 4 attempts on UNAVAILABLE and ABORTED; 15 s and one attempt for
 * sending, verifying and all else that is not safe to repeat. A deadline of the stub that ends sooner wins.
 */
public final class RuptClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final CallDefaults defaults;

  private RuptClient(String target, String secret, ChannelCredentials credentials) {
    channel =
        Grpc.newChannelBuilder(target, credentials)
            .defaultServiceConfig(serviceConfig())
            .disableServiceConfigLookUp()
            .enableRetry()
            .build();
    defaults = new CallDefaults(secret);
  }

  /** Connects to {@code host:port} with the project's API secret, over TLS against the system's certificates. */
  public static RuptClient overTls(String target, String secret) {
    return new RuptClient(target, secret, TlsChannelCredentials.create());
  }

  /** Connects over TLS against the certificates in a PEM file. */
  public static RuptClient overTls(String target, String secret, File ca) throws IOException {
    return new RuptClient(target, secret, TlsChannelCredentials.newBuilder().trustManager(ca).build());
  }

  /** Connects without TLS; only where the network is trusted, for the secret travels in each call. */
  public static RuptClient overPlaintext(String target, String secret) {
    return new RuptClient(target, secret, InsecureChannelCredentials.create());
  }

  public EvaluationServiceGrpc.EvaluationServiceBlockingStub evaluations() {
    return EvaluationServiceGrpc.newBlockingStub(channel).withInterceptors(defaults);
  }

  public ChallengeServiceGrpc.ChallengeServiceBlockingStub challenges() {
    return ChallengeServiceGrpc.newBlockingStub(channel).withInterceptors(defaults);
  }

  public UserServiceGrpc.UserServiceBlockingStub users() {
    return UserServiceGrpc.newBlockingStub(channel).withInterceptors(defaults);
  }

  public PolicyServiceGrpc.PolicyServiceBlockingStub policies() {
    return PolicyServiceGrpc.newBlockingStub(channel).withInterceptors(defaults);
  }

  public AccessListServiceGrpc.AccessListServiceBlockingStub accessLists() {
    return AccessListServiceGrpc.newBlockingStub(channel).withInterceptors(defaults);
  }

  public BrowserServiceGrpc.BrowserServiceBlockingStub browser() {
    return BrowserServiceGrpc.newBlockingStub(channel).withInterceptors(defaults);
  }

  @Override
  public void close() {
    channel.shutdown();
  }

  /** Deadlines and retries per method, as the service states them. */
  @SuppressWarnings("unchecked")
  private static Map<String, ?> serviceConfig() {
    var name = "rupt_grpc_service_config.json";
    try (Reader reader =
        new InputStreamReader(RuptClient.class.getResourceAsStream(name), StandardCharsets.UTF_8)) {
      return new Gson().fromJson(reader, Map.class);
    } catch (IOException error) {
      throw new UncheckedIOException(name, error);
    }
  }
}
