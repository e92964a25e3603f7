"""Opens a channel that authenticates, retries what is safe to repeat and never waits forever."""

import json
from collections.abc import Callable
from importlib.resources import files
from typing import NamedTuple
from uuid import uuid4

import grpc

from rupt.v2.access_list_service_pb2_grpc import AccessListServiceStub
from rupt.v2.browser_service_pb2_grpc import BrowserServiceStub
from rupt.v2.challenge_service_pb2_grpc import ChallengeServiceStub
from rupt.v2.evaluation_service_pb2_grpc import EvaluationServiceStub
from rupt.v2.policy_service_pb2_grpc import PolicyServiceStub
from rupt.v2.user_service_pb2_grpc import UserServiceStub


_IDEMPOTENT_BY_KEY = ("/rupt.v2.EvaluationService/Evaluate", "/rupt.v2.BrowserService/ConsumeEvaluation")


class _CallDetails(NamedTuple):
    method: str
    timeout: float | None
    metadata: list[tuple[str, str | bytes]]
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


def _deadlines(service_config: str) -> dict[str, float]:
    """Seconds that each method may take; under `/`, any other. gRPC's Python library reads the retries of a service config, but tells
    servers no deadline of it."""
    return {
        f"/{name['service']}/{name['method']}" if name else "/": float(config["timeout"].removesuffix("s"))
        for config in json.loads(service_config)["methodConfig"]
        for name in config["name"]
    }


class _CallDefaults(grpc.UnaryUnaryClientInterceptor):
    """Adds the secret, a deadline, and an idempotency key of its own to each evaluation, without which a retry could count one login
    twice."""

    def __init__(self, secret: str, deadlines: dict[str, float]) -> None:
        self._authorization = f"Bearer {secret}"
        self._deadlines = deadlines

    def intercept_unary_unary(self, continuation: Callable, details: grpc.ClientCallDetails, request: object):
        metadata = [("authorization", self._authorization), *(details.metadata or ())]
        if details.method in _IDEMPOTENT_BY_KEY and all(key != "idempotency-key" for key, _ in metadata):
            metadata.append(("idempotency-key", str(uuid4())))
        return continuation(
            _CallDetails(
                details.method,
                self._deadlines.get(details.method, self._deadlines["/"]) if details.timeout is None else details.timeout,
                metadata,
                details.credentials,
                details.wait_for_ready,
                details.compression,
            ),
            request,
        )


class Client:
    """The services as generated stubs over one channel. Safe to share between threads; close it, or use it in `with`."""

    def __init__(self, channel: grpc.Channel, defaults: grpc.UnaryUnaryClientInterceptor) -> None:
        self._channel = channel
        intercepted = grpc.intercept_channel(channel, defaults)
        self.evaluations = EvaluationServiceStub(intercepted)
        self.challenges = ChallengeServiceStub(intercepted)
        self.users = UserServiceStub(intercepted)
        self.policies = PolicyServiceStub(intercepted)
        self.access_lists = AccessListServiceStub(intercepted)
        self.browser = BrowserServiceStub(intercepted)

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(target: str, secret: str, *, ca: bytes | None = None, plaintext: bool = False) -> Client:
    """Connects to `host:port` with the project's API secret. TLS against the system's certificates or against `ca` (PEM); `plaintext`
    only where the network is trusted, for the secret travels in each call. Deadlines and retries are those of the service config
    beside the protos: 5 s, 4 attempts on UNAVAILABLE and ABORTED; 15 s and one attempt for sending, verifying and all else that is not safe to repeat. `timeout=` sets
    the deadline of one call."""
    config = files("rupt").joinpath("rupt_grpc_service_config.json").read_text("utf-8")
    options = [("grpc.service_config", config), ("grpc.service_config_disable_resolution", 1)]
    defaults = _CallDefaults(secret, _deadlines(config))
    if plaintext:
        return Client(grpc.insecure_channel(target, options), defaults)
    credentials = grpc.ssl_channel_credentials(root_certificates=ca)
    return Client(grpc.secure_channel(target, credentials, options), defaults)
