from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FORMAT_UNSPECIFIED: _ClassVar[Format]
    FORMAT_UUID: _ClassVar[Format]
    FORMAT_IP: _ClassVar[Format]
    FORMAT_EMAIL: _ClassVar[Format]
    FORMAT_PHONE: _ClassVar[Format]
    FORMAT_ACTION: _ClassVar[Format]
    FORMAT_CODE: _ClassVar[Format]
    FORMAT_PRINTABLE: _ClassVar[Format]

class Access(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_UNSPECIFIED: _ClassVar[Access]
    ACCESS_SECRET: _ClassVar[Access]
    ACCESS_SECRET_OR_CLIENT_TOKEN: _ClassVar[Access]
FORMAT_UNSPECIFIED: Format
FORMAT_UUID: Format
FORMAT_IP: Format
FORMAT_EMAIL: Format
FORMAT_PHONE: Format
FORMAT_ACTION: Format
FORMAT_CODE: Format
FORMAT_PRINTABLE: Format
ACCESS_UNSPECIFIED: Access
ACCESS_SECRET: Access
ACCESS_SECRET_OR_CLIENT_TOKEN: Access
LIMITS_FIELD_NUMBER: _ClassVar[int]
limits: _descriptor.FieldDescriptor
ACCESS_FIELD_NUMBER: _ClassVar[int]
access: _descriptor.FieldDescriptor

class FieldLimits(_message.Message):
    __slots__ = ("required", "max_characters", "max_items", "max_total_characters", "max_json_bytes", "max_json_depth", "format", "minimum", "maximum", "lenient_list")
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    MAX_CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    MAX_ITEMS_FIELD_NUMBER: _ClassVar[int]
    MAX_TOTAL_CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    MAX_JSON_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_JSON_DEPTH_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    LENIENT_LIST_FIELD_NUMBER: _ClassVar[int]
    required: bool
    max_characters: int
    max_items: int
    max_total_characters: int
    max_json_bytes: int
    max_json_depth: int
    format: Format
    minimum: int
    maximum: int
    lenient_list: bool
    def __init__(self, required: _Optional[bool] = ..., max_characters: _Optional[int] = ..., max_items: _Optional[int] = ..., max_total_characters: _Optional[int] = ..., max_json_bytes: _Optional[int] = ..., max_json_depth: _Optional[int] = ..., format: _Optional[_Union[Format, str]] = ..., minimum: _Optional[int] = ..., maximum: _Optional[int] = ..., lenient_list: _Optional[bool] = ...) -> None: ...
