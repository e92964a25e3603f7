"""What a failed call says to programs."""

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status


def error_info(error: grpc.RpcError) -> ErrorInfo:
    """The server's ErrorInfo: `reason` is a word of ErrorReason such as `challenge_not_found`, `metadata` holds the keys documented there.
    Empty where the error did not come from the server, such as a refused connection or a deadline."""
    metadata = error.trailing_metadata() if isinstance(error, grpc.Call) else None
    for key, value in metadata or ():
        if key == "grpc-status-details-bin":
            for detail in Status.FromString(value).details:
                info = ErrorInfo()
                if detail.Unpack(info):
                    return info
    return ErrorInfo()
