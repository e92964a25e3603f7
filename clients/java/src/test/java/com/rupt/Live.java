package com.rupt;

import com.google.gson.JsonParser;
import java.io.File;
import java.io.FileInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The live server that the tests run against, as the environment names it. */
record Live(String name, String target, String inbox, File ca) {
  static Stream<Live> servers() {
    return Stream.of(
        new Live("plaintext", System.getenv("RUPT_TARGET"), System.getenv("RUPT_INBOX"), null),
        new Live("TLS", System.getenv("RUPT_TLS_TARGET"), System.getenv("RUPT_TLS_INBOX"), new File(System.getenv("RUPT_CA"))));
  }

  RuptClient connect() throws Exception {
    return connect(System.getenv("RUPT_SECRET"));
  }

  RuptClient connect(String secret) throws Exception {
    return ca == null ? RuptClient.overPlaintext(target, secret) : RuptClient.overTls(target, secret, ca);
  }

  /** The newest code that arrived for a contact. */
  String codeFor(String contact) {
    try {
      var http = ca == null ? HttpClient.newHttpClient() : HttpClient.newBuilder().sslContext(trusting(ca)).build();
      var request = HttpRequest.newBuilder(URI.create(inbox)).header("accept", "application/json").build();
      var messages = JsonParser.parseString(http.send(request, BodyHandlers.ofString()).body()).getAsJsonObject().getAsJsonArray("data");
      for (var message : messages) {
        if (message.getAsJsonObject().get("to").getAsString().equals(contact)) return message.getAsJsonObject().get("code").getAsString();
      }
      throw new AssertionError("no code arrived for " + contact);
    } catch (Exception error) {
      throw new AssertionError("cannot read the inbox", error);
    }
  }

  private static SSLContext trusting(File ca) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    try (var pem = new FileInputStream(ca)) {
      store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Override
  public String toString() {
    return name;
  }
}
