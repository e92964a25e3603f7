from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_MISSING_SECRET: _ClassVar[ErrorReason]
    ERROR_REASON_WRONG_SECRET: _ClassVar[ErrorReason]
    ERROR_REASON_NOT_PERMITTED: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_FIELD: _ClassVar[ErrorReason]
    ERROR_REASON_MALFORMED_BODY: _ClassVar[ErrorReason]
    ERROR_REASON_BODY_TOO_LARGE: _ClassVar[ErrorReason]
    ERROR_REASON_UNSUPPORTED_MEDIA_TYPE: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_PATH: _ClassVar[ErrorReason]
    ERROR_REASON_METHOD_NOT_ALLOWED: _ClassVar[ErrorReason]
    ERROR_REASON_EVALUATION_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_CHALLENGE_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_USER_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_DEVICE_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_NO_CONTACT: _ClassVar[ErrorReason]
    ERROR_REASON_RESEND_TOO_SOON: _ClassVar[ErrorReason]
    ERROR_REASON_SENDS_EXHAUSTED: _ClassVar[ErrorReason]
    ERROR_REASON_CHALLENGE_NOT_VERIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_CHALLENGE_ALREADY_VERIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_CHALLENGE_EXPIRED: _ClassVar[ErrorReason]
    ERROR_REASON_CHALLENGE_EXHAUSTED: _ClassVar[ErrorReason]
    ERROR_REASON_CHALLENGE_SUPERSEDED: _ClassVar[ErrorReason]
    ERROR_REASON_USER_PAUSED: _ClassVar[ErrorReason]
    ERROR_REASON_DELIVERY_FAILED: _ClassVar[ErrorReason]
    ERROR_REASON_IDEMPOTENCY_CONFLICT: _ClassVar[ErrorReason]
    ERROR_REASON_EVENT_TIME_NOT_ACCEPTED: _ClassVar[ErrorReason]
    ERROR_REASON_DATABASE_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_CONFLICT: _ClassVar[ErrorReason]
    ERROR_REASON_DEADLINE_EXCEEDED: _ClassVar[ErrorReason]
    ERROR_REASON_UNIMPLEMENTED: _ClassVar[ErrorReason]
    ERROR_REASON_INTERNAL: _ClassVar[ErrorReason]
    ERROR_REASON_SHUTTING_DOWN: _ClassVar[ErrorReason]
    ERROR_REASON_CHANNEL_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_OVERLOADED: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
ERROR_REASON_MISSING_SECRET: ErrorReason
ERROR_REASON_WRONG_SECRET: ErrorReason
ERROR_REASON_NOT_PERMITTED: ErrorReason
ERROR_REASON_INVALID_FIELD: ErrorReason
ERROR_REASON_MALFORMED_BODY: ErrorReason
ERROR_REASON_BODY_TOO_LARGE: ErrorReason
ERROR_REASON_UNSUPPORTED_MEDIA_TYPE: ErrorReason
ERROR_REASON_UNKNOWN_PATH: ErrorReason
ERROR_REASON_METHOD_NOT_ALLOWED: ErrorReason
ERROR_REASON_EVALUATION_NOT_FOUND: ErrorReason
ERROR_REASON_CHALLENGE_NOT_FOUND: ErrorReason
ERROR_REASON_USER_NOT_FOUND: ErrorReason
ERROR_REASON_DEVICE_NOT_FOUND: ErrorReason
ERROR_REASON_NO_CONTACT: ErrorReason
ERROR_REASON_RESEND_TOO_SOON: ErrorReason
ERROR_REASON_SENDS_EXHAUSTED: ErrorReason
ERROR_REASON_CHALLENGE_NOT_VERIFIED: ErrorReason
ERROR_REASON_CHALLENGE_ALREADY_VERIFIED: ErrorReason
ERROR_REASON_CHALLENGE_EXPIRED: ErrorReason
ERROR_REASON_CHALLENGE_EXHAUSTED: ErrorReason
ERROR_REASON_CHALLENGE_SUPERSEDED: ErrorReason
ERROR_REASON_USER_PAUSED: ErrorReason
ERROR_REASON_DELIVERY_FAILED: ErrorReason
ERROR_REASON_IDEMPOTENCY_CONFLICT: ErrorReason
ERROR_REASON_EVENT_TIME_NOT_ACCEPTED: ErrorReason
ERROR_REASON_DATABASE_UNAVAILABLE: ErrorReason
ERROR_REASON_CONFLICT: ErrorReason
ERROR_REASON_DEADLINE_EXCEEDED: ErrorReason
ERROR_REASON_UNIMPLEMENTED: ErrorReason
ERROR_REASON_INTERNAL: ErrorReason
ERROR_REASON_SHUTTING_DOWN: ErrorReason
ERROR_REASON_CHANNEL_UNAVAILABLE: ErrorReason
ERROR_REASON_OVERLOADED: ErrorReason

class RestError(_message.Message):
    __slots__ = ("code", "message", "reason", "request_id", "details")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    reason: ErrorReason
    request_id: str
    details: _containers.RepeatedCompositeFieldContainer[FieldViolation]
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., reason: _Optional[_Union[ErrorReason, str]] = ..., request_id: _Optional[str] = ..., details: _Optional[_Iterable[_Union[FieldViolation, _Mapping]]] = ...) -> None: ...

class FieldViolation(_message.Message):
    __slots__ = ("field", "description")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    field: str
    description: str
    def __init__(self, field: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...
