import { WireType } from "@bufbuild/protobuf/wire";

/** The tags of google.protobuf.Struct, Value and ListValue: the well-known types of JSON. */
export const jsonTags = {
  fields: (1 << 3) | WireType.LengthDelimited,
  key: (1 << 3) | WireType.LengthDelimited,
  value: (2 << 3) | WireType.LengthDelimited,
  nullValue: (1 << 3) | WireType.Varint,
  numberValue: (2 << 3) | WireType.Bit64,
  stringValue: (3 << 3) | WireType.LengthDelimited,
  boolValue: (4 << 3) | WireType.Varint,
  structValue: (5 << 3) | WireType.LengthDelimited,
  listValue: (6 << 3) | WireType.LengthDelimited,
  values: (1 << 3) | WireType.LengthDelimited,
} as const;
