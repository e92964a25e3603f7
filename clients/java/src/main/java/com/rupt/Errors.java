package com.rupt;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.protobuf.StatusProto;

/** What a failed call says to programs. */
public final class Errors {
  private Errors() {}

  /**
   * The server's ErrorInfo: its reason is a word of ErrorReason such as {@code challenge_not_found}, its metadata holds the keys
   * documented there. Empty, never null, where the error did not come from the server, such as a refused connection or a deadline.
   */
  public static ErrorInfo infoOf(Throwable error) {
    var status = StatusProto.fromThrowable(error);
    if (status == null) return ErrorInfo.getDefaultInstance();
    for (Any detail : status.getDetailsList()) {
      if (!detail.is(ErrorInfo.class)) continue;
      try {
        return detail.unpack(ErrorInfo.class);
      } catch (InvalidProtocolBufferException broken) {
        return ErrorInfo.getDefaultInstance();
      }
    }
    return ErrorInfo.getDefaultInstance();
  }
}
