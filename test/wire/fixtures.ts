import { readdirSync, readFileSync } from "node:fs";
import { createRegistry, type DescMessage, type JsonObject } from "@bufbuild/protobuf";
import { file_rupt_v2_challenge_service } from "../../gen/es/rupt/v2/challenge_service_pb.js";
import { file_rupt_v2_evaluation_service } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { file_rupt_v2_user_service } from "../../gen/es/rupt/v2/user_service_pb.js";

/** One message as a release has put it on the wire. */
export interface Fixture {
  /** Such as `rupt.v2.EvaluateResponse`. */
  readonly type: string;
  readonly schema: DescMessage;
  readonly binary: Uint8Array;
  readonly json: JsonObject;
}

const registry = createRegistry(
  file_rupt_v2_challenge_service,
  file_rupt_v2_evaluation_service,
  file_rupt_v2_user_service,
);
const folder = new URL(".", import.meta.url);

/** All golden fixtures. Throws where one is of a type that the API no longer has. */
export const fixtures: readonly Fixture[] = readdirSync(folder)
  .filter((file) => file.endsWith(".binpb"))
  .map((file) => {
    const type = file.slice(0, -".binpb".length);
    const schema = registry.getMessage(type);
    if (schema === undefined) throw new Error(`${type} is gone from the protos, but was released`);
    return {
      type,
      schema,
      binary: readFileSync(new URL(file, folder)),
      json: JSON.parse(readFileSync(new URL(`${type}.json`, folder), "utf8")) as JsonObject,
    };
  });

/** The message as a later release may send it: with a field that no reader knows yet (number 5000). */
export function withUnknownField(binary: Uint8Array): Uint8Array {
  return Uint8Array.of(...binary, 0xc0, 0xb8, 0x02, 0x01);
}
