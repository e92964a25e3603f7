import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rupt.v2 import options_pb2 as _options_pb2
from rupt.v2 import risk_pb2 as _risk_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EvaluateRequest(_message.Message):
    __slots__ = ("action", "user", "fingerprint", "last_fingerprint", "ip", "email", "phone", "metadata", "user_agent", "outcome", "device_token", "occurred_at")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    LAST_FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    IP_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    DEVICE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    action: str
    user: str
    fingerprint: _containers.RepeatedScalarFieldContainer[str]
    last_fingerprint: str
    ip: str
    email: str
    phone: str
    metadata: _struct_pb2.Struct
    user_agent: str
    outcome: _risk_pb2.Outcome
    device_token: str
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, action: _Optional[str] = ..., user: _Optional[str] = ..., fingerprint: _Optional[_Iterable[str]] = ..., last_fingerprint: _Optional[str] = ..., ip: _Optional[str] = ..., email: _Optional[str] = ..., phone: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., user_agent: _Optional[str] = ..., outcome: _Optional[_Union[_risk_pb2.Outcome, str]] = ..., device_token: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = ("verdict", "fingerprint_id", "reasons", "challenge_id", "metadata", "evaluation_id", "score", "confidence", "signals", "device_token", "client_token")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_ID_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    SIGNALS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CLIENT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    verdict: _risk_pb2.Verdict
    fingerprint_id: str
    reasons: _containers.RepeatedScalarFieldContainer[_risk_pb2.Reason]
    challenge_id: str
    metadata: _struct_pb2.Struct
    evaluation_id: str
    score: float
    confidence: float
    signals: _containers.RepeatedCompositeFieldContainer[_risk_pb2.Signal]
    device_token: str
    client_token: str
    def __init__(self, verdict: _Optional[_Union[_risk_pb2.Verdict, str]] = ..., fingerprint_id: _Optional[str] = ..., reasons: _Optional[_Iterable[_Union[_risk_pb2.Reason, str]]] = ..., challenge_id: _Optional[str] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., evaluation_id: _Optional[str] = ..., score: _Optional[float] = ..., confidence: _Optional[float] = ..., signals: _Optional[_Iterable[_Union[_risk_pb2.Signal, _Mapping]]] = ..., device_token: _Optional[str] = ..., client_token: _Optional[str] = ...) -> None: ...

class Evaluation(_message.Message):
    __slots__ = ("evaluation_id", "created_at", "action", "user", "outcome", "verdict", "reasons", "score", "fingerprint_id", "confidence", "challenge_id", "ip", "country", "asn", "metadata", "signals")
    EVALUATION_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    IP_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    ASN_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SIGNALS_FIELD_NUMBER: _ClassVar[int]
    evaluation_id: str
    created_at: _timestamp_pb2.Timestamp
    action: str
    user: str
    outcome: _risk_pb2.Outcome
    verdict: _risk_pb2.Verdict
    reasons: _containers.RepeatedScalarFieldContainer[_risk_pb2.Reason]
    score: float
    fingerprint_id: str
    confidence: float
    challenge_id: str
    ip: str
    country: str
    asn: int
    metadata: _struct_pb2.Struct
    signals: _containers.RepeatedCompositeFieldContainer[_risk_pb2.Signal]
    def __init__(self, evaluation_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., action: _Optional[str] = ..., user: _Optional[str] = ..., outcome: _Optional[_Union[_risk_pb2.Outcome, str]] = ..., verdict: _Optional[_Union[_risk_pb2.Verdict, str]] = ..., reasons: _Optional[_Iterable[_Union[_risk_pb2.Reason, str]]] = ..., score: _Optional[float] = ..., fingerprint_id: _Optional[str] = ..., confidence: _Optional[float] = ..., challenge_id: _Optional[str] = ..., ip: _Optional[str] = ..., country: _Optional[str] = ..., asn: _Optional[int] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., signals: _Optional[_Iterable[_Union[_risk_pb2.Signal, _Mapping]]] = ...) -> None: ...

class GetEvaluationRequest(_message.Message):
    __slots__ = ("evaluation_id",)
    EVALUATION_ID_FIELD_NUMBER: _ClassVar[int]
    evaluation_id: str
    def __init__(self, evaluation_id: _Optional[str] = ...) -> None: ...

class GetEvaluationResponse(_message.Message):
    __slots__ = ("evaluation",)
    EVALUATION_FIELD_NUMBER: _ClassVar[int]
    evaluation: Evaluation
    def __init__(self, evaluation: _Optional[_Union[Evaluation, _Mapping]] = ...) -> None: ...

class ListEvaluationsRequest(_message.Message):
    __slots__ = ("page", "limit", "user")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    page: int
    limit: int
    user: str
    def __init__(self, page: _Optional[int] = ..., limit: _Optional[int] = ..., user: _Optional[str] = ...) -> None: ...

class ListEvaluationsResponse(_message.Message):
    __slots__ = ("data", "total")
    DATA_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Evaluation]
    total: int
    def __init__(self, data: _Optional[_Iterable[_Union[Evaluation, _Mapping]]] = ..., total: _Optional[int] = ...) -> None: ...
