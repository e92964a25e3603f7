import { execFileSync } from "node:child_process";
import { createFileRegistry, fromBinary, isFieldSet } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const image = execFileSync("buf", ["build", "--as-file-descriptor-set", "-o", "-"], {
  cwd: new URL("../..", import.meta.url),
});

/** Everything that the protos of today define. */
export const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));

/** All services of ours. */
export const services = [...registry].filter(
  ({ kind, typeName }) => kind === "service" && typeName.startsWith("rupt.v2."),
);

/** The request and the response of every method. */
export const messagesOnTheWire = [
  ...new Set(services.flatMap(({ methods }) => methods.flatMap(({ input, output }) => [input, output]))),
];

const isOurs = (schema) => schema?.typeName.startsWith("rupt.v2.") === true;

/** The fields of a message and of ours within it: `signals`, `signals.weight`, … */
export function fieldsOf(schema, within = []) {
  return schema.fields.flatMap((field) => {
    const inner = isOurs(field.message) && !within.includes(field.message) ? field.message : undefined;
    const paths = inner === undefined ? [] : fieldsOf(inner, [...within, schema]);
    return [field.name, ...paths.map((path) => `${field.name}.${path}`)];
  });
}

/** Those of them that are set in this message. */
export function fieldsIn(schema, message) {
  const reflected = reflect(schema, message);
  return schema.fields.flatMap((field) => {
    if (!isFieldSet(message, field)) return [];
    if (!isOurs(field.message)) return [field.name];
    const value = reflected.get(field);
    const messages = field.fieldKind === "message" ? [value] : [...value.values()];
    const paths = messages.flatMap((inner) => fieldsIn(field.message, inner.message));
    return [field.name, ...new Set(paths.map((path) => `${field.name}.${path}`))];
  });
}
