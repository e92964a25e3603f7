// Writes the golden wire fixtures that are missing: for each request and response of the API one message with every field set, as the
// protos' binary and as their JSON. Never writes over one that is there: what a release has put on the wire must be readable for ever. Where
// fields have come since, a further one is written: TYPE.2, TYPE.3, …
// Run it when the protos have changed: npm run generate:wire
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { create, fromBinary, fromJson, ScalarType, toBinary, toJson } from "@bufbuild/protobuf";
import { ListValueSchema, StructSchema } from "@bufbuild/protobuf/wkt";
import { fieldsIn, fieldsOf, messagesOnTheWire, registry } from "./messages.mjs";

const folder = new URL(".", import.meta.url);

/** Different for each field, and hard for careless readers: text outside the basic plane, whole numbers that a float would round. */
function scalarOf({ scalar, number, name }) {
  switch (scalar) {
    case ScalarType.STRING:
      return `${name} ü☃𝄞`;
    case ScalarType.BOOL:
      return true;
    case ScalarType.DOUBLE:
      return number / 10;
    case ScalarType.INT32:
      return 2_147_483_000 + number;
    case ScalarType.UINT32:
      return 4_294_967_000 + number;
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return 9_007_199_254_740_993n + BigInt(number);
    default:
      throw new Error(`${name}: write a value for scalars of type ${ScalarType[scalar]}`);
  }
}

function messageOf(schema) {
  switch (schema.typeName) {
    case "google.protobuf.Timestamp":
      return create(schema, { seconds: 1_767_225_600n, nanos: 123_000_000 });
    case "google.protobuf.Duration":
      return create(schema, { seconds: 90n, nanos: 500_000_000 });
    case "google.protobuf.Struct":
      return fromJson(StructSchema, {
        text: "ü☃",
        number: 0.25,
        yes: true,
        none: null,
        list: [1, ["a"]],
        deep: { er: {} },
      });
    case "google.protobuf.ListValue":
      return fromJson(ListValueSchema, [1, "a"]);
    default: {
      const message = create(schema);
      for (const member of schema.members) fill(message, member.kind === "oneof" ? member.fields[0] : member);
      return message;
    }
  }
}

const lastOf = ({ values }) => values.at(-1).number;

function fieldValue(field, kind) {
  if (kind === "enum") return lastOf(field.enum);
  return kind === "message" ? messageOf(field.message) : scalarOf(field);
}

function fill(message, field) {
  const value = () => {
    if (field.fieldKind === "list")
      return [fieldValue(field, field.listKind), fieldValue(field, field.listKind)];
    if (field.fieldKind === "map") return { "a key": fieldValue(field, field.mapKind) };
    const one = fieldValue(field, field.fieldKind);
    // protobuf-es keeps a Struct in a field as plain JSON.
    return field.message?.typeName === StructSchema.typeName ? toJson(StructSchema, one) : one;
  };
  const set = value();
  if (field.oneof === undefined) message[field.localName] = set;
  else message[field.oneof.localName] = { case: field.localName, value: set };
}

const named = (schema, edition) => `${schema.typeName}${edition === 1 ? "" : `.${edition}`}`;

for (const schema of messagesOnTheWire) {
  const missing = new Set(fieldsOf(schema));
  let edition = 1;
  for (; existsSync(new URL(`${named(schema, edition)}.binpb`, folder)); edition++) {
    const kept = fromBinary(schema, readFileSync(new URL(`${named(schema, edition)}.binpb`, folder)));
    for (const path of fieldsIn(schema, kept)) missing.delete(path);
  }
  if (edition > 1 && missing.size === 0) continue;
  const message = messageOf(schema);
  writeFileSync(new URL(`${named(schema, edition)}.binpb`, folder), toBinary(schema, message));
  writeFileSync(
    new URL(`${named(schema, edition)}.json`, folder),
    `${JSON.stringify(toJson(schema, message, { registry, useProtoFieldName: true }), null, 2)}\n`,
  );
  console.log(`wrote ${named(schema, edition)} for ${[...missing].join(", ") || "a message without fields"}`);
}
