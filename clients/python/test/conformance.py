"""Carries out what it reads, one JSON object a line, and writes one JSON object for each. How all clients are put to the same questions:

connect  {target, secret, ca?}          → {}
call     {method, request, metadata?}   → {response} or {error: {code, message, reason, metadata, violations}}
read     {type, binary, json}           → {json, binary}: what was read from `binary` as JSON, and from `json` as binary
file     {name}                         → {descriptor}: a published FileDescriptorProto
"""

import json
import sys
from base64 import b64decode, b64encode
from pathlib import Path

import grpc
from google.api import annotations_pb2, http_pb2  # noqa: F401  (registers their files)
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.rpc import error_details_pb2, status_pb2  # noqa: F401

import rupt

POOL = descriptor_pool.Default()
SERVICES = {
    "EvaluationService": "evaluations",
    "ChallengeService": "challenges",
    "UserService": "users",
    "PolicyService": "policies",
    "AccessListService": "access_lists",
    "BrowserService": "browser",
}
client: rupt.Client


def message_class(name: str):
    return message_factory.GetMessageClass(POOL.FindMessageTypeByName(name))


def to_json(message) -> dict:
    return json_format.MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def connect(target: str, secret: str, ca: str | None = None, **_: object) -> dict:
    global client
    client = rupt.connect(target, secret, **({"ca": Path(ca).read_bytes()} if ca else {"plaintext": True}))
    return {}


def call(method: str, request: dict, metadata: dict | None = None, **_: object) -> dict:
    service, name = method.split("/")
    stub = getattr(client, SERVICES[service.removeprefix("rupt.v2.")])
    message = message_class(POOL.FindServiceByName(service).methods_by_name[name].input_type.full_name)()
    json_format.ParseDict(request, message)
    try:
        return {"response": to_json(getattr(stub, name)(message, metadata=list((metadata or {}).items())))}
    except grpc.RpcError as error:
        return {"error": describe(error)}


def describe(error: grpc.RpcError) -> dict:
    info = rupt.error_info(error)
    violations = []
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                bad = error_details_pb2.BadRequest()
                if detail.Unpack(bad):
                    violations = [{"field": v.field, "description": v.description} for v in bad.field_violations]
    return {
        "code": error.code().name.lower(),
        "message": error.details(),
        "reason": info.reason,
        "metadata": dict(info.metadata),
        "violations": violations,
    }


def read(type: str, binary: str, json: dict) -> dict:
    message = message_class(type)
    from_json = json_format.ParseDict(json, message())
    return {
        "json": to_json(message.FromString(b64decode(binary))),
        "binary": b64encode(from_json.SerializeToString()).decode(),
    }


def file(name: str) -> dict:
    descriptor = descriptor_pb2.FileDescriptorProto()
    POOL.FindFileByName(name).CopyToProto(descriptor)
    return {"descriptor": b64encode(descriptor.SerializeToString()).decode()}


OPERATIONS = {"connect": connect, "call": call, "read": read, "file": file}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = OPERATIONS[asked.pop("op")](**asked)
    except Exception as error:  # whatever failed is for the asker to judge
        answer = {"failed": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
