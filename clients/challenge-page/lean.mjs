// What makes the page's Connect client cheap to start. Both plugins only leave out what the page never uses; the client itself is connect-web's own.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What the page calls, and what it reads from errors. */
const methods = ["DescribeChallenge", "SendChallenge", "VerifyChallenge"];
const details = ["google.rpc.ErrorInfo"];

/**
 * Generated modules hold their proto file in the binary format. To read it, a page must first build the descriptor of descriptors and then decode by
 * it, in code that has never run before, and that is most of what Connect would cost. This plugin does so in the build, and gives the page what came
 * out, of the messages that it uses. What else a generated module exports is not there, so that importing it fails the build.
 */
export const descriptorsReadInTheBuild = {
  name: "descriptors-read-in-the-build",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]gen[\\/]es[\\/].*_pb\.ts$/ }, async ({ path }) => ({
      contents: await leanModule(path),
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    }));
  },
};

/** The page speaks the binary format, so Connect gets Protocol Buffers without that of JSON and all that it would bring. */
export const withoutJsonFormat = {
  name: "without-json-format",
  setup({ onResolve }) {
    onResolve({ filter: /^@bufbuild\/protobuf(\/wkt)?$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]@connectrpc[\\/]/.test(importer)
        ? { path: fileURLToPath(new URL("src/binary-format.ts", import.meta.url)) }
        : undefined,
    );
  },
};

/** The text of a module that stands for the generated one at `path`. */
async function leanModule(path) {
  const generated = await load(path);
  const file = Object.values(generated).find((value) => value?.kind === "file");
  const services = file.services.filter((service) =>
    service.methods.some(({ name }) => methods.includes(name)),
  );
  const calls = services.map((service) => service.methods.filter(({ name }) => methods.includes(name)));
  const messages = withParts([
    ...calls.flat().flatMap(({ input, output }) => [input, output]),
    ...file.messages.filter(({ typeName }) => details.includes(typeName)),
  ]);
  const enums = file.enums.filter((type) =>
    messages.some(({ fields }) => fields.some((field) => field.enum === type)),
  );
  const head = {
    name: file.proto.name,
    package: file.proto.package,
    messageType: messages.map((message) => ({
      name: message.name,
      field: message.fields.filter(isHeld).map(({ proto }) => own(proto, fieldKeys)),
    })),
    enumType: enums.map(({ name, values }) => ({
      name,
      value: values.map(({ name, number }) => ({ name, number })),
    })),
  };
  const rest = {
    syntax: file.proto.syntax,
    service: services.map(({ name }, index) => ({
      $typeName: "google.protobuf.ServiceDescriptorProto",
      name,
      method: calls[index].map(({ proto }) => ({
        $typeName: "google.protobuf.MethodDescriptorProto",
        ...own(proto, ["name", "inputType", "outputType"]),
      })),
    })),
  };
  const exported = Object.entries(generated).flatMap(([name, value]) => {
    const at = (list) => list.indexOf(value);
    if (at(messages) >= 0) return [`export const ${name} = file.messages[${at(messages)}];`];
    if (at(services) >= 0) return [`export const ${name} = file.services[${at(services)}];`];
    if (enums.some((type) => type.name === name)) return [`export const ${name} = ${JSON.stringify(value)};`];
    return [];
  });
  return `import { createFileRegistry } from "@bufbuild/protobuf";
import { bootFileDescriptorProto } from "@bufbuild/protobuf/codegenv2";
const proto = Object.assign(bootFileDescriptorProto(${JSON.stringify(head)}), ${JSON.stringify(rest)});
const file = createFileRegistry(proto, () => undefined).getFile(proto.name);
${exported.join("\n")}
`;
}

const fieldKeys = ["name", "number", "label", "type", "typeName", "jsonName", "proto3Optional"];

/** The values that are set. */
function own(message, keys) {
  return Object.fromEntries(
    keys.filter((key) => Object.hasOwn(message, key)).map((key) => [key, message[key]]),
  );
}

/**
 * The others are to the page as if its server were newer: read over. They are maps, and fields of a type from another file, which would have to come
 * along.
 */
function isHeld({ fieldKind, message, enum: type, parent }) {
  return fieldKind !== "map" && [message, type].every((one) => one === undefined || one.file === parent.file);
}

/** The messages and those that are in them. */
function withParts(messages) {
  const found = new Set(messages);
  for (const { fields } of found)
    for (const field of fields) if (field.message !== undefined && isHeld(field)) found.add(field.message);
  return [...found];
}

/** The generated module itself. */
async function load(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: "esm",
    target: "node20",
    platform: "node",
  });
  return importText(outputFiles[0].text);
}

/** Imports a module that is only a text, without imports of its own. */
export function importText(text) {
  return import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
}
