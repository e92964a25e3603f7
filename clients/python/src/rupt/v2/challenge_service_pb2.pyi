import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rupt.v2 import options_pb2 as _options_pb2
from rupt.v2 import risk_pb2 as _risk_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_UNSPECIFIED: _ClassVar[Channel]
    CHANNEL_EMAIL: _ClassVar[Channel]
    CHANNEL_SMS: _ClassVar[Channel]

class Language(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LANGUAGE_UNSPECIFIED: _ClassVar[Language]
    LANGUAGE_EN: _ClassVar[Language]
    LANGUAGE_FR: _ClassVar[Language]
    LANGUAGE_ES: _ClassVar[Language]
    LANGUAGE_AR: _ClassVar[Language]

class ChallengeStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHALLENGE_STATUS_UNSPECIFIED: _ClassVar[ChallengeStatus]
    CHALLENGE_STATUS_CREATED: _ClassVar[ChallengeStatus]
    CHALLENGE_STATUS_SENT: _ClassVar[ChallengeStatus]
    CHALLENGE_STATUS_VERIFIED: _ClassVar[ChallengeStatus]
    CHALLENGE_STATUS_COMPLETED: _ClassVar[ChallengeStatus]
    CHALLENGE_STATUS_EXPIRED: _ClassVar[ChallengeStatus]
    CHALLENGE_STATUS_EXHAUSTED: _ClassVar[ChallengeStatus]
    CHALLENGE_STATUS_SUPERSEDED: _ClassVar[ChallengeStatus]
CHANNEL_UNSPECIFIED: Channel
CHANNEL_EMAIL: Channel
CHANNEL_SMS: Channel
LANGUAGE_UNSPECIFIED: Language
LANGUAGE_EN: Language
LANGUAGE_FR: Language
LANGUAGE_ES: Language
LANGUAGE_AR: Language
CHALLENGE_STATUS_UNSPECIFIED: ChallengeStatus
CHALLENGE_STATUS_CREATED: ChallengeStatus
CHALLENGE_STATUS_SENT: ChallengeStatus
CHALLENGE_STATUS_VERIFIED: ChallengeStatus
CHALLENGE_STATUS_COMPLETED: ChallengeStatus
CHALLENGE_STATUS_EXPIRED: ChallengeStatus
CHALLENGE_STATUS_EXHAUSTED: ChallengeStatus
CHALLENGE_STATUS_SUPERSEDED: ChallengeStatus

class Challenge(_message.Message):
    __slots__ = ("challenge_id", "status", "user", "email", "phone", "channel", "reasons", "attempts_remaining", "sends_remaining", "created_at", "expires_at", "verified_at", "completed_at", "evaluation_id")
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_REMAINING_FIELD_NUMBER: _ClassVar[int]
    SENDS_REMAINING_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_ID_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    status: ChallengeStatus
    user: str
    email: str
    phone: str
    channel: Channel
    reasons: _containers.RepeatedScalarFieldContainer[_risk_pb2.Reason]
    attempts_remaining: int
    sends_remaining: int
    created_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    verified_at: _timestamp_pb2.Timestamp
    completed_at: _timestamp_pb2.Timestamp
    evaluation_id: str
    def __init__(self, challenge_id: _Optional[str] = ..., status: _Optional[_Union[ChallengeStatus, str]] = ..., user: _Optional[str] = ..., email: _Optional[str] = ..., phone: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., reasons: _Optional[_Iterable[_Union[_risk_pb2.Reason, str]]] = ..., attempts_remaining: _Optional[int] = ..., sends_remaining: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verified_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., completed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evaluation_id: _Optional[str] = ...) -> None: ...

class SendChallengeRequest(_message.Message):
    __slots__ = ("challenge_id", "channel", "language", "device")
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    channel: Channel
    language: Language
    device: str
    def __init__(self, challenge_id: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., language: _Optional[_Union[Language, str]] = ..., device: _Optional[str] = ...) -> None: ...

class SendChallengeResponse(_message.Message):
    __slots__ = ("success", "challenge_id", "channel", "destination", "expires_at", "resend_after_seconds")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    RESEND_AFTER_SECONDS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    challenge_id: str
    channel: Channel
    destination: str
    expires_at: _timestamp_pb2.Timestamp
    resend_after_seconds: int
    def __init__(self, success: _Optional[bool] = ..., challenge_id: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., destination: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resend_after_seconds: _Optional[int] = ...) -> None: ...

class VerifyChallengeRequest(_message.Message):
    __slots__ = ("challenge_id", "code")
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    code: str
    def __init__(self, challenge_id: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class VerifyChallengeResponse(_message.Message):
    __slots__ = ("success", "status", "attempts_remaining")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_REMAINING_FIELD_NUMBER: _ClassVar[int]
    success: bool
    status: ChallengeStatus
    attempts_remaining: int
    def __init__(self, success: _Optional[bool] = ..., status: _Optional[_Union[ChallengeStatus, str]] = ..., attempts_remaining: _Optional[int] = ...) -> None: ...

class CompleteChallengeRequest(_message.Message):
    __slots__ = ("challenge_id",)
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    def __init__(self, challenge_id: _Optional[str] = ...) -> None: ...

class CompleteChallengeResponse(_message.Message):
    __slots__ = ("success",)
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    def __init__(self, success: _Optional[bool] = ...) -> None: ...

class GetChallengeRequest(_message.Message):
    __slots__ = ("challenge_id",)
    CHALLENGE_ID_FIELD_NUMBER: _ClassVar[int]
    challenge_id: str
    def __init__(self, challenge_id: _Optional[str] = ...) -> None: ...

class GetChallengeResponse(_message.Message):
    __slots__ = ("challenge",)
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    challenge: Challenge
    def __init__(self, challenge: _Optional[_Union[Challenge, _Mapping]] = ...) -> None: ...

class ListChallengesRequest(_message.Message):
    __slots__ = ("page", "limit")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    page: int
    limit: int
    def __init__(self, page: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class ListChallengesResponse(_message.Message):
    __slots__ = ("data", "total")
    DATA_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Challenge]
    total: int
    def __init__(self, data: _Optional[_Iterable[_Union[Challenge, _Mapping]]] = ..., total: _Optional[int] = ...) -> None: ...
