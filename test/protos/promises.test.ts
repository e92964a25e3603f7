import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createFileRegistry, type DescField, fromBinary, getOption, type Registry } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { http } from "../../gen/es/google/api/annotations_pb.js";
import { limits } from "../../gen/es/rupt/v2/options_pb.js";

// What `buf breaking` does not see, since it stands in options: REST routes and limits.
const root = new URL("../../", import.meta.url);
const image = (bytes: Uint8Array) => createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
const released = image(readFileSync(new URL("proto/baseline.binpb", root)));
const today = image(execFileSync("buf", ["build", "--path", "proto/rupt", "-o", "-"], { cwd: root }));

function routesOf(registry: Registry): readonly string[] {
  const services = [...registry].flatMap((desc) => (desc.kind === "service" ? [desc] : []));
  return services.flatMap(({ methods }) =>
    methods.flatMap((method) => {
      const rule = getOption(method, http);
      return [rule, ...rule.additionalBindings].map(
        ({ pattern, body }) =>
          `${method.toString()} ${pattern.case?.toUpperCase()} ${String(pattern.value)} body=${body} answer=${rule.responseBody}`,
      );
    }),
  );
}

test("every released REST route is there, unchanged", () => {
  expect(routesOf(released).length).toBeGreaterThan(0);
  expect(routesOf(today)).toEqual(expect.arrayContaining([...routesOf(released)]));
});

/** What a field's limits have become stricter in. */
function narrowed(before: DescField, after: DescField): readonly string[] {
  const [old, now] = [getOption(before, limits), getOption(after, limits)];
  const upper = [
    "maxCharacters",
    "maxItems",
    "maxTotalCharacters",
    "maxJsonBytes",
    "maxJsonDepth",
    "maximum",
  ] as const;
  return [
    ...(now.required && !old.required ? ["required"] : []),
    ...(now.format !== 0 && now.format !== old.format ? ["format"] : []),
    ...(old.lenientList && !now.lenientList ? ["lenientList"] : []),
    ...(now.minimum !== undefined && now.minimum > (old.minimum ?? -Infinity) ? ["minimum"] : []),
    // No upper limit is 0 or undefined.
    ...upper.filter((name) => (now[name] || Infinity) < (old[name] || Infinity)),
  ].map((limit) => `${before.toString()}: ${limit}`);
}

test("no released field has got narrower limits", () => {
  const fields = [...released].flatMap((desc) =>
    desc.kind === "message" && desc.typeName.startsWith("rupt.v2.") ? desc.fields : [],
  );
  expect(fields.filter((field) => getOption(field, limits).maxCharacters > 0).length).toBeGreaterThan(0);
  const stricter = fields.flatMap((field) => {
    const now = today.getMessage(field.parent.typeName)?.fields.find(({ name }) => name === field.name);
    return now === undefined ? [`${field.toString()}: gone`] : narrowed(field, now);
  });
  expect(stricter).toEqual([]);
});
