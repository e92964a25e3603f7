package com.rupt;

import com.google.api.AnnotationsProto;
import com.google.api.HttpProto;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorDetailsProto;
import com.google.rpc.StatusProto;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Carries out what it reads, one JSON object a line, and writes one JSON object for each. How all clients are put to the same questions:
 *
 * <pre>
 * connect  {target, secret, ca?}         → {}
 * call     {method, request, metadata?}  → {response} or {error: {code, message, reason, metadata, violations}}
 * read     {type, binary, json}          → {json, binary}: what was read from binary as JSON, and from json as binary
 * file     {name}                        → {descriptor}: a published FileDescriptorProto
 * </pre>
 */
final class Conformance {
  private static RuptClient client;

  private static JsonObject connect(JsonObject asked) throws Exception {
    String target = asked.get("target").getAsString(), secret = asked.get("secret").getAsString();
    if (client != null) client.close();
    client = asked.has("ca") ? RuptClient.overTls(target, secret, new File(asked.get("ca").getAsString())) : RuptClient.overPlaintext(target, secret);
    return new JsonObject();
  }

  /** Goes through the generated stub, found by its name. */
  private static JsonObject call(JsonObject asked) throws Exception {
    var path = asked.get("method").getAsString().split("/");
    AbstractStub<?> stub = switch (path[0]) {
      case "rupt.v2.EvaluationService" -> client.evaluations();
      case "rupt.v2.ChallengeService" -> client.challenges();
      case "rupt.v2.UserService" -> client.users();
      case "rupt.v2.PolicyService" -> client.policies();
      case "rupt.v2.AccessListService" -> client.accessLists();
      case "rupt.v2.BrowserService" -> client.browser();
      default -> throw new IllegalArgumentException("no such service: " + path[0]);
    };
    var headers = new Metadata();
    if (asked.has("metadata")) {
      asked.getAsJsonObject("metadata").entrySet().forEach(
          entry -> headers.put(Metadata.Key.of(entry.getKey(), Metadata.ASCII_STRING_MARSHALLER), entry.getValue().getAsString()));
    }
    var name = path[1].substring(0, 1).toLowerCase(Locale.ROOT) + path[1].substring(1);
    var method = Arrays.stream(stub.getClass().getMethods()).filter(candidate -> candidate.getName().equals(name)).findFirst().orElseThrow();
    var request = builderOf(method.getParameterTypes()[0]);
    JsonFormat.parser().merge(asked.get("request").toString(), request);
    var result = new JsonObject();
    try {
      var response = method.invoke(stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)), request.build());
      result.add("response", toJson((Message) response));
    } catch (InvocationTargetException thrown) {
      if (!(thrown.getCause() instanceof StatusRuntimeException error)) throw thrown;
      result.add("error", describe(error));
    }
    return result;
  }

  private static JsonObject describe(StatusRuntimeException error) throws Exception {
    var info = Errors.infoOf(error);
    var metadata = new JsonObject();
    info.getMetadataMap().forEach(metadata::addProperty);
    var violations = new JsonArray();
    var status = io.grpc.protobuf.StatusProto.fromThrowable(error);
    for (var detail : status.getDetailsList()) {
      if (!detail.is(BadRequest.class)) continue;
      for (var violation : detail.unpack(BadRequest.class).getFieldViolationsList()) {
        var entry = new JsonObject();
        entry.addProperty("field", violation.getField());
        entry.addProperty("description", violation.getDescription());
        violations.add(entry);
      }
    }
    var result = new JsonObject();
    result.addProperty("code", error.getStatus().getCode().name().toLowerCase(Locale.ROOT));
    result.addProperty("message", error.getStatus().getDescription());
    result.addProperty("reason", info.getReason());
    result.add("metadata", metadata);
    result.add("violations", violations);
    return result;
  }

  private static JsonObject read(JsonObject asked) throws Exception {
    var type = Class.forName("com." + asked.get("type").getAsString());
    var fromBinary = builderOf(type).mergeFrom(Base64.getDecoder().decode(asked.get("binary").getAsString())).build();
    var fromJson = builderOf(type);
    JsonFormat.parser().merge(asked.get("json").toString(), fromJson);
    var result = new JsonObject();
    result.add("json", toJson(fromBinary));
    result.addProperty("binary", base64(fromJson.build().toByteString()));
    return result;
  }

  private static JsonObject file(JsonObject asked) {
    var published = Stream.of(HttpProto.getDescriptor(), AnnotationsProto.getDescriptor(), ErrorDetailsProto.getDescriptor(), StatusProto.getDescriptor());
    FileDescriptor found = published.filter(candidate -> candidate.getName().equals(asked.get("name").getAsString())).findFirst().orElseThrow();
    var result = new JsonObject();
    result.addProperty("descriptor", base64(found.toProto().toByteString()));
    return result;
  }

  private static Message.Builder builderOf(Class<?> type) throws ReflectiveOperationException {
    return (Message.Builder) type.getMethod("newBuilder").invoke(null);
  }

  private static JsonObject toJson(Message message) throws Exception {
    var text = JsonFormat.printer().preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence().print(message);
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static JsonObject answer(JsonObject asked) {
    try {
      return switch (asked.get("op").getAsString()) {
        case "connect" -> connect(asked);
        case "call" -> call(asked);
        case "read" -> read(asked);
        case "file" -> file(asked);
        default -> throw new IllegalArgumentException("no such operation");
      };
    } catch (Exception failed) {
      var result = new JsonObject();
      result.addProperty("failed", failed.toString());
      return result;
    }
  }

  public static void main(String[] arguments) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(answer(JsonParser.parseString(line).getAsJsonObject()));
    }
    System.exit(0);
  }
}
