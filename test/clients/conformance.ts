import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { JsonValue } from "@bufbuild/protobuf";
import { type Caller, errorOf, fromProtoJson, type Json, pathOf, toProtoJson } from "./caller.js";
import type { Speaker } from "./languages.js";
import type { Address } from "./live-servers.js";

/** How to start a client's conformance program, which answers one line of JSON with one line of JSON. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A running conformance program. */
export interface Conformance {
  /** Asks one question; throws where the program could not carry it out. */
  ask(question: Json): Promise<Json>;
  close(): void;
}

/** Starts a conformance program. */
export function startConformance({ command, args, cwd, env }: Program): Conformance {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
  const waiting: { resolve(answer: Json): void; reject(error: Error): void }[] = [];
  let complaints = "";
  child.stderr.on("data", (text) => {
    complaints = (complaints + String(text)).slice(-4_000);
  });
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(JSON.parse(line)));
  const end = () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${command} ended:\n${complaints}`));
  };
  child.on("error", end);
  child.on("close", end);
  return {
    async ask(question) {
      const answer = await new Promise<Json>((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(question)}\n`);
      });
      if (typeof answer.failed === "string") throw new Error(answer.failed);
      return answer;
    },
    close: () => child.stdin.end(),
  };
}

/** A client in a program of its own, at one address. */
export function conformanceCaller(client: string, speaker: Speaker, address: Address): Caller {
  const { program, protocol, offers } = speaker;
  // Node and Bun take further authorities from the one variable, Deno from the other.
  const trust = address.ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: address.ca, DENO_CERT: address.ca };
  let started: Conformance | undefined;
  let connectedWith: string | undefined;
  return {
    client,
    protocol: address.ca === undefined ? protocol : `${protocol}, TLS`,
    offers,
    async call(method, request, secret) {
      started ??= startConformance({ ...program, env: { ...program.env, ...trust } });
      if (secret !== connectedWith) {
        await started.ask({ op: "connect", ...address, secret });
        connectedWith = secret;
      }
      const { response, error } = await started.ask({
        op: "call",
        method: pathOf(method),
        request: toProtoJson(method, request),
        rest: request,
      });
      if (error === undefined)
        return protocol === "REST" ? (response as Json) : fromProtoJson(method, response as JsonValue);
      const { code, message, reason, violations } = error as Record<"code" | "message" | "reason", string> & {
        violations: Json[];
      };
      return errorOf(code, message, reason, violations);
    },
    close: () => started?.close(),
  };
}
