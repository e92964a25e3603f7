import { type DescMethod, getOption } from "@bufbuild/protobuf";
import { http } from "../../gen/es/google/api/annotations_pb.js";
import {
  type Caller,
  codeWord,
  errorOf,
  fromConnectError,
  fromProtoJson,
  type Json,
  pathOf,
  toProtoJson,
} from "./caller.js";
import type { Address } from "./live-servers.js";
import { mustRun, run } from "./run.js";

const close = () => {};
const bearer = (secret: string) => ["-H", `Authorization: Bearer ${secret}`];
const overTls = (protocol: string, { ca }: Address) => (ca === undefined ? protocol : `${protocol}, TLS`);

/** The verb, path and body of a REST call, by the method's annotation. */
function restCall(method: DescMethod, request: Json): { verb: string; path: string; body: Json | undefined } {
  const { pattern, body } = getOption(method, http);
  const left = { ...request };
  const path = String(pattern.value).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = left[name];
    delete left[name];
    return encodeURIComponent(String(value));
  });
  const verb = String(pattern.case).toUpperCase();
  if (body !== "") return { verb, path, body: left };
  const query = new URLSearchParams(Object.entries(left).map(([key, value]) => [key, String(value)]));
  return { verb, path: query.size === 0 ? path : `${path}?${query}`, body: undefined };
}

/** `curl` and the REST routes. */
export function curlRest(address: Address): Caller {
  return {
    client: "curl",
    protocol: overTls("REST", address),
    offers: "everything",
    async call(method, request, secret) {
      const { verb, path, body } = restCall(method, request);
      const answer = await mustRun(
        "curl",
        [
          ...["-sS", "-X", verb, `${address.baseUrl}${path}`, ...bearer(secret)],
          ...(address.ca === undefined ? [] : ["--cacert", address.ca]),
          ...(body === undefined ? [] : ["-H", "Content-Type: application/json", "--data-binary", "@-"]),
        ],
        { input: body === undefined ? "" : JSON.stringify(body) },
      );
      const { request_id: _, ...rest } = JSON.parse(answer) as Json;
      return rest;
    },
    close,
  };
}

/** `curl` and Connect's JSON. */
export function curlConnect(address: Address): Caller {
  return {
    client: "curl",
    protocol: overTls("Connect JSON", address),
    offers: "everything",
    async call(method, request, secret) {
      const answer = await mustRun(
        "curl",
        [
          ...["-sS", `${address.baseUrl}/${pathOf(method)}`, ...bearer(secret)],
          ...(address.ca === undefined ? [] : ["--cacert", address.ca]),
          ...["-H", "Content-Type: application/json", "--data-binary", "@-"],
        ],
        { input: JSON.stringify(toProtoJson(method, request)) },
      );
      const body = JSON.parse(answer);
      return typeof body.code === "string" ? fromConnectError(body) : fromProtoJson(method, body);
    },
    close,
  };
}

interface GrpcurlError {
  readonly code: number;
  readonly message: string;
  readonly details?: readonly { "@type": string; reason?: string; fieldViolations?: readonly Json[] }[];
}

/** `grpcurl`, which knows the API by reflection alone. */
export function grpcurl(command: string, address: Address): Caller {
  return {
    client: "grpcurl",
    protocol: overTls("gRPC", address),
    offers: "everything",
    async call(method, request, secret) {
      const { exitCode, stdout, stderr } = await run(
        command,
        [
          ...(address.ca === undefined ? ["-plaintext"] : ["-cacert", address.ca]),
          ...[
            "-format-error",
            "-emit-defaults",
            ...bearer(secret),
            "-d",
            "@",
            address.target,
            pathOf(method),
          ],
        ],
        { input: JSON.stringify(toProtoJson(method, request)) },
      );
      if (exitCode === 0) return fromProtoJson(method, JSON.parse(stdout));
      const { code, message, details = [] } = JSON.parse(stderr) as GrpcurlError;
      return errorOf(
        codeWord(code),
        message,
        details.find(({ reason }) => reason !== undefined)?.reason ?? "",
        details
          .flatMap(({ fieldViolations = [] }) => fieldViolations)
          .map(({ field, description }) => ({ field, description })),
      );
    },
    close,
  };
}

/** `buf curl`, which knows the API by reflection alone. */
export function bufCurl(address: Address): Caller {
  const scheme = address.ca === undefined ? "http" : "https";
  return {
    client: "buf curl",
    protocol: overTls("gRPC", address),
    offers: "everything",
    async call(method, request, secret) {
      const { exitCode, stdout, stderr } = await run(
        "buf",
        [
          ...["curl", "--protocol", "grpc", "--emit-defaults", ...bearer(secret), "-d", "@-"],
          ...(address.ca === undefined ? ["--http2-prior-knowledge"] : ["--cacert", address.ca]),
          `${scheme}://${address.target}/${pathOf(method)}`,
        ],
        { input: JSON.stringify(toProtoJson(method, request)) },
      );
      return exitCode === 0
        ? fromProtoJson(method, JSON.parse(stdout))
        : fromConnectError(JSON.parse(stderr.slice(stderr.indexOf("{"))));
    },
    close,
  };
}
