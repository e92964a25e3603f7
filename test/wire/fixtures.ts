import { readdirSync, readFileSync } from "node:fs";
import type { DescMessage, JsonObject } from "@bufbuild/protobuf";
import { registry } from "./messages.mjs";

/** One message as a release has put it on the wire. */
export interface Fixture {
  /** Such as `rupt.v2.EvaluateResponse`, or `rupt.v2.EvaluateResponse.2` for one with fields that came later. */
  readonly name: string;
  /** Such as `rupt.v2.EvaluateResponse`. */
  readonly type: string;
  readonly schema: DescMessage;
  readonly binary: Uint8Array;
  readonly json: JsonObject;
}

const folder = new URL(".", import.meta.url);

/** All golden fixtures. Throws where one is of a type that the API no longer has. */
export const fixtures: readonly Fixture[] = readdirSync(folder)
  .filter((file) => file.endsWith(".binpb"))
  .map((file) => {
    const name = file.slice(0, -".binpb".length);
    const type = name.replace(/\.\d+$/, "");
    const schema = registry.getMessage(type);
    if (schema === undefined) throw new Error(`${type} is gone from the protos, but was released`);
    return {
      name,
      type,
      schema,
      binary: readFileSync(new URL(file, folder)),
      json: JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as JsonObject,
    };
  });

/** The message as a later release may send it: with a field that no reader knows yet (number 5000). */
export function withUnknownField(binary: Uint8Array): Uint8Array {
  return Uint8Array.of(...binary, 0xc0, 0xb8, 0x02, 0x01);
}
