import type { CelInput } from "@bufbuild/cel";
import { create } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { reasonNames } from "../words.js";
import { listedKinds, type PolicySubject, traitStates } from "./subject.js";
import { double, dyn, int, list, map, record, type Type, text, timestamp, wordOf } from "./types.js";

/** One variable of a condition. */
interface Variable {
  readonly type: Type;
  readonly meaning: string;
  readonly read: (subject: PolicySubject) => CelInput;
}

const listed = list(wordOf(listedKinds));
const state = wordOf(traitStates);
/** CEL's whole numbers are bigints here. */
const whole = (count: number) => BigInt(Math.trunc(count));

/** JSON as CEL takes it. Objects become maps by their own keys, so that no key, however odd, is taken for anything else. */
function jsonInput(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(jsonInput) as CelInput;
  if (value === null || typeof value !== "object") return value as CelInput;
  return new Map(Object.entries(value).map(([key, inner]) => [key, jsonInput(inner)]));
}

/** All variables that a condition can read, in the order of the documentation. */
export const variables = {
  reasons: {
    type: list(wordOf(reasonNames)),
    meaning: "everything that was noticed: risk, trust and neutral",
    read: ({ reasons }) => reasons,
  },
  score: { type: double, meaning: "0 (safe) to 1 (attack)", read: ({ score }) => score },
  signals: {
    type: map(
      wordOf(reasonNames),
      record({ direction: wordOf(["risk", "trust", "neutral"]), weight: double, evidence: map(text, dyn) }),
    ),
    meaning:
      "each noticed reason's direction, weight and evidence; ask has(signals.new_ip) before you read one",
    read: ({ signals }) =>
      new Map(
        signals.map(({ reason, direction, weight, evidence }) => [
          reason,
          new Map<string, CelInput>([
            ["direction", direction],
            ["weight", weight],
            ["evidence", new Map(Object.entries(evidence))],
          ]),
        ]),
      ),
  },
  action: { type: text, meaning: "what the user attempts, such as login", read: ({ action }) => action },
  outcome: {
    type: wordOf(["succeeded", "failed"]),
    meaning: "whether the credentials were right",
    read: ({ outcome }) => outcome,
  },
  user: { type: text, meaning: "the caller's id of the account holder, or empty", read: ({ user }) => user },
  email_domain: {
    type: text,
    meaning: "the part of the given e-mail address after the @, in lower case, or empty",
    read: ({ emailDomain }) => emailDomain,
  },
  ip: { type: text, meaning: "the end user's address, or empty", read: ({ ip }) => ip },
  country: {
    type: text,
    meaning: "ISO 3166-1 alpha-2 code of the address's country, or empty",
    read: ({ country }) => country,
  },
  asn: { type: int, meaning: "autonomous system number of the address, or 0", read: ({ asn }) => whole(asn) },
  device: {
    type: record({ state, seen_count: int, id: text, confidence: double }),
    meaning: "the device beside the user's history",
    read: ({ device }) =>
      new Map<string, CelInput>([
        ["state", device.state],
        ["seen_count", whole(device.seenCount)],
        ["id", device.id],
        ["confidence", device.confidence],
      ]),
  },
  address: {
    type: record({ state, seen_count: int }),
    meaning: "the address beside the user's history",
    read: ({ address }) =>
      new Map<string, CelInput>([
        ["state", address.state],
        ["seen_count", whole(address.seenCount)],
      ]),
  },
  network: {
    type: record({ state, seen_count: int, name: text }),
    meaning: "the network (autonomous system) beside the user's history",
    read: ({ network }) =>
      new Map<string, CelInput>([
        ["state", network.state],
        ["seen_count", whole(network.seenCount)],
        ["name", network.name],
      ]),
  },
  lists: {
    type: record({ allow: listed, deny: listed, watch: listed }),
    meaning:
      "what of the attempt is on the project's lists: user, device, address, network, country, email_domain",
    read: ({ lists }) => new Map(Object.entries(lists)),
  },
  metadata: {
    type: map(text, dyn),
    meaning: "the caller's metadata; ask has(metadata.key) before you read one",
    read: ({ metadataJson }) =>
      metadataJson === undefined ? new Map() : jsonInput(JSON.parse(metadataJson)),
  },
  now: {
    type: timestamp,
    meaning: 'when the attempt happened; now.getHours("Europe/Oslo") is its hour there',
    read: ({ at }) =>
      create(TimestampSchema, {
        seconds: BigInt(Math.floor(at / 1000)),
        nanos: (((at % 1000) + 1000) % 1000) * 1_000_000,
      }),
  },
} as const satisfies Readonly<Record<string, Variable>>;

/** The name of a variable. */
export type VariableName = keyof typeof variables;

/** The types of all variables, by name. */
export const variableTypes: Readonly<Record<string, Type>> = Object.fromEntries(
  Object.entries(variables).map(([name, { type }]) => [name, type]),
);

/** The variables of one attempt; each is made when a condition first reads it. */
export function bind(subject: PolicySubject): Readonly<Record<string, CelInput>> {
  return new Bindings(subject) as unknown as Readonly<Record<string, CelInput>>;
}

class Bindings {
  readonly made = new Map<string, CelInput>();
  constructor(readonly subject: PolicySubject) {}
}
for (const [name, { read }] of Object.entries(variables)) {
  Object.defineProperty(Bindings.prototype, name, {
    get(this: Bindings) {
      const known = this.made.get(name);
      if (known !== undefined) return known;
      const value = read(this.subject);
      this.made.set(name, value);
      return value;
    },
  });
}
