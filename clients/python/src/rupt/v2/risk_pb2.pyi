from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_ALLOW: _ClassVar[Verdict]
    VERDICT_CHALLENGE: _ClassVar[Verdict]
    VERDICT_RESTRICT: _ClassVar[Verdict]
    VERDICT_CHALLENGE_AND_RESTRICT: _ClassVar[Verdict]
    VERDICT_DENY: _ClassVar[Verdict]

class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_UNSPECIFIED: _ClassVar[Reason]
    REASON_NEW_DEVICE: _ClassVar[Reason]
    REASON_NEW_IP: _ClassVar[Reason]
    REASON_NEW_NETWORK: _ClassVar[Reason]
    REASON_NEW_COUNTRY: _ClassVar[Reason]
    REASON_FIRST_SEEN_USER: _ClassVar[Reason]
    REASON_MISSING_FINGERPRINT: _ClassVar[Reason]
    REASON_IP_NOT_EVALUABLE: _ClassVar[Reason]
    REASON_MISSING_IP: _ClassVar[Reason]
    REASON_GEO_UNAVAILABLE: _ClassVar[Reason]
    REASON_KNOWN_DEVICE: _ClassVar[Reason]
    REASON_KNOWN_IP: _ClassVar[Reason]
    REASON_KNOWN_NETWORK: _ClassVar[Reason]
    REASON_KNOWN_COUNTRY: _ClassVar[Reason]
    REASON_IMPOSSIBLE_TRAVEL: _ClassVar[Reason]
    REASON_CONTACT_CHANGED: _ClassVar[Reason]
    REASON_ALLOW_LISTED: _ClassVar[Reason]
    REASON_DENY_LISTED: _ClassVar[Reason]
    REASON_WATCH_LISTED: _ClassVar[Reason]
    REASON_POLICY_FAILED: _ClassVar[Reason]

class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIRECTION_UNSPECIFIED: _ClassVar[Direction]
    DIRECTION_RISK: _ClassVar[Direction]
    DIRECTION_TRUST: _ClassVar[Direction]
    DIRECTION_NEUTRAL: _ClassVar[Direction]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_SUCCEEDED: _ClassVar[Outcome]
    OUTCOME_FAILED: _ClassVar[Outcome]
VERDICT_UNSPECIFIED: Verdict
VERDICT_ALLOW: Verdict
VERDICT_CHALLENGE: Verdict
VERDICT_RESTRICT: Verdict
VERDICT_CHALLENGE_AND_RESTRICT: Verdict
VERDICT_DENY: Verdict
REASON_UNSPECIFIED: Reason
REASON_NEW_DEVICE: Reason
REASON_NEW_IP: Reason
REASON_NEW_NETWORK: Reason
REASON_NEW_COUNTRY: Reason
REASON_FIRST_SEEN_USER: Reason
REASON_MISSING_FINGERPRINT: Reason
REASON_IP_NOT_EVALUABLE: Reason
REASON_MISSING_IP: Reason
REASON_GEO_UNAVAILABLE: Reason
REASON_KNOWN_DEVICE: Reason
REASON_KNOWN_IP: Reason
REASON_KNOWN_NETWORK: Reason
REASON_KNOWN_COUNTRY: Reason
REASON_IMPOSSIBLE_TRAVEL: Reason
REASON_CONTACT_CHANGED: Reason
REASON_ALLOW_LISTED: Reason
REASON_DENY_LISTED: Reason
REASON_WATCH_LISTED: Reason
REASON_POLICY_FAILED: Reason
DIRECTION_UNSPECIFIED: Direction
DIRECTION_RISK: Direction
DIRECTION_TRUST: Direction
DIRECTION_NEUTRAL: Direction
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_SUCCEEDED: Outcome
OUTCOME_FAILED: Outcome

class Signal(_message.Message):
    __slots__ = ("reason", "direction", "weight", "evidence", "message")
    REASON_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    reason: Reason
    direction: Direction
    weight: float
    evidence: _struct_pb2.Struct
    message: str
    def __init__(self, reason: _Optional[_Union[Reason, str]] = ..., direction: _Optional[_Union[Direction, str]] = ..., weight: _Optional[float] = ..., evidence: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., message: _Optional[str] = ...) -> None: ...
