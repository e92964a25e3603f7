import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { grpcServiceConfig } from "./grpc-service-config.js";

test("repeats what the service config beside the protos repeats, in the same way", () => {
  const path = new URL("../../../proto/rupt/v2/rupt_grpc_service_config.json", import.meta.url);
  const [stated] = JSON.parse(readFileSync(path, "utf8")).methodConfig;
  const [ours] = grpcServiceConfig.methodConfig;
  expect(ours.name).toEqual(stated.name);
  expect(ours.retryPolicy).toEqual(stated.retryPolicy);
});
