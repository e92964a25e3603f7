import { expect, test } from "vitest";
import { nothingObserved } from "../../risk/facts.js";
import { reasonNames } from "../../risk/words.js";
import type { KeptEvaluation } from "../evaluation-store.js";
import { decodeEvaluation, encodeBody } from "./evaluation-codec.js";

const at = 1_772_438_400_000;
const evaluationId = "019cad8f-ac00-7000-8000-000000000001";
const deviceId = "01a20647-cc42-7e16-8d3a-6386be09f8de";
const seen = { firstAt: at - 86_400_000, lastAt: at - 1000, count: 7 };
const place = {
  latitude: 59.9127,
  longitude: 10.7461,
  accuracyKm: 20,
  country: "NO",
  region: "Oslo",
  city: "Oslo",
};

const evaluation: KeptEvaluation = {
  projectId: "01890a5d-ac96-774b-bcce-b302099a8057",
  evaluationId,
  createdAt: at,
  action: "login",
  userKey: "ann",
  outcome: "succeeded",
  verdict: "challenge",
  reasons: reasonNames,
  score: 0.123456789,
  deviceId,
  confidence: 0.9987,
  challengeId: "019cad7c-0c00-7000-8000-000000000002",
  metadataJson: undefined,
  signals: reasonNames.map((reason, index) =>
    reason === "policy_failed"
      ? { reason, weight: 0, evidence: { rule: "vip" } }
      : { reason, weight: (index - 20) / 10 },
  ),
  eventTime: true,
  restrictions: ["payouts"],
  policyVersion: 3,
  trace: {
    engine: 2,
    geo: "builds",
    emailDomain: "example.com",
    facts: {
      observation: {
        ...nothingObserved(at),
        deviceId,
        ip: "84.208.20.110",
        addressKey: "84.208.20.110",
        place,
      },
      firstSeenUser: false,
      devicesKnown: 1,
      devicesSeen: 7,
      device: { state: "known", key: deviceId, seen: { key: deviceId, ...seen } },
      address: {
        state: "new",
        key: "84.208.20.110",
        usual: { key: "84.208.20.1", ...seen, within: 2119 },
        knownCount: 1,
      },
      near: { key: "84.208.20.1", ...seen },
      network: { state: "known", key: 2119, seen: { key: 2119, ...seen, within: "NO" } },
      country: { state: "known", key: "NO", seen: { key: "NO", ...seen } },
      client: { state: "absent" },
      place: {
        state: "known",
        nearest: { key: "59.9,10.7", ...seen, ...place, name: "Oslo, NO", asn: 2119 },
        km: 0,
      },
      travel: undefined,
      hour: { hour: 8, ratio: 1.25, attempts: 40 },
      likelihoods: { country: -0.5, network: 0.25, address: 1 / 3, os: 0, browser: 0, agent: 0 },
      abandoned: [{ challengeId: "019cad7c-0c00-7000-8000-000000000003", at, deviceId }],
      verifiedAt: at,
      blamed: undefined,
    },
  },
};

/**
 * What this evaluation was packed to when the format was made, and since addresses are packed as four bytes. Words, shapes and forms are numbered by
 * their place, so whoever moves one makes what lies in databases unreadable, or worse, read as something else.
 */
const first =
  "fQASARcCfwd5CAkAGXAaAhxQHXAJCQENBw04NC4yMDguMjAuMTEwDgkCEwsHBq6RSQaKjw0k9QcET3NsbwkFJgEnESgXIgsCuwkBCwAJAQ2A8LJSDdAPFykLBLwJAgsBBws4NC4yMDguMjAuMQkGCQcXBMcQESELAAkICQYJBxcPCwK7BMcQCwEExxAJBgkHF/USCwK79QsA9QkGCQcXG3EqvRMLCbt8LgcJNTkuOSwxMC43MgkGMwkHNBcUCQMVCQQWJBL1FwkFGAkFEQcIT3NsbywgTk8QBMcQED0LCxgGqMMBODgLCAaPTgaIJwM/1VVVVVVVVRAQEDxRc00IAZytfAwAcACAAAAAAAAAAwgJAAkJAUoJAEgHC2V4YW1wbGUuY29tAwpU8gUB8AbvqALxBp+ZAg95Bs+JAvMG//kBD3oGr+oBD3sG39oBD3wGj8sBD30Gv7sB6gbvqwHrBQDsBs+MAe4G/3wPfgavbQ9/Bt9dD4ABCQwPgQEGvz4PggEG7y4PgwEQD4QBBs8PD4UBEOkG0A/nBqAf6AbwLuYGwD4PhgEGkE4PhwEG4F0PiAEGsG0PiQEGgH0PigEG0IwBD4sBEQ+MAQbwqwEPjQEGwLsBD44BBpDLAe0G4NoBD48BBrDqAe8GgPoBD5ABBtCJAg+RAQagmQIPkgEG8KgCD5MBEg+UAQaQyAJHcYNx/wRydWxlBwN2aXAECiry8PEPefMPeg97D3wPferr7O4Pfg9/D4ABD4EBD4IBD4MBD4QBD4UB6efo5g+GAQ+HAQ+IAQ+JAQ+KAQ+LAQ+MAQ+NAQ+OAe0PjwHvD5ABD5EBD5IBD5MBD5QBBQM/v5rdNzljXwYGhpwBRAgBnK18DABwAIAAAAAAAAACRlEHB3BheW91dHNFE0kC";
const golden =
  "fQASARcCfwd5CAkAGXAaAhxQHXAJCQENCgBU0BRuDgkCEwsHBq6RSQaKjw0k9QcET3NsbwkFJgEnESgXIgsCuwkBCwAJAQ2A8LJSDdAPFykLBLwJAgsBCgBU0BQBCQYJBxcExxARIQsACQgJBgkHFw8LArsExxALAQTHEAkGCQcX9RILArv1CwD1CQYJBxcbcSq9EwsJu3wuBwk1OS45LDEwLjcyCQYzCQc0FxQJAxUJBBYkEvUXCQUYCQURBwhPc2xvLCBOTxAExxAQPQsLGAaowwE4OAsIBo9OBognAz/VVVVVVVVVEBAQPFFzTQgBnK18DABwAIAAAAAAAAADCAkACQkBSgkASAcLZXhhbXBsZS5jb20DClTyBQHwBu+oAvEGn5kCD3kGz4kC8wb/+QEPegav6gEPewbf2gEPfAaPywEPfQa/uwHqBu+rAesFAOwGz4wB7gb/fA9+Bq9tD38G310PgAEJDA+BAQa/Pg+CAQbvLg+DARAPhAEGzw8PhQEQ6QbQD+cGoB/oBvAu5gbAPg+GAQaQTg+HAQbgXQ+IAQawbQ+JAQaAfQ+KAQbQjAEPiwERD4wBBvCrAQ+NAQbAuwEPjgEGkMsB7Qbg2gEPjwEGsOoB7waA+gEPkAEG0IkCD5EBBqCZAg+SAQbwqAIPkwESD5QBBpDIAkdxg3H/BHJ1bGUHA3ZpcAQKKvLw8Q958w96D3sPfA996uvs7g9+D38PgAEPgQEPggEPgwEPhAEPhQHp5+jmD4YBD4cBD4gBD4kBD4oBD4sBD4wBD40BD44B7Q+PAe8PkAEPkQEPkgEPkwEPlAEFAz+/mt03OWNfBgaGnAFECAGcrXwMAHAAgAAAAAAAAAJGUQcHcGF5b3V0c0UTSQI=";

const builds = { note: () => 7, name: () => "builds" };
const rowOf = (body: Uint8Array) => ({
  project_id: evaluation.projectId,
  evaluation_id: evaluationId,
  user_key: "ann",
  action: "login",
  failed: false,
  verdict: "challenge" as const,
  device_id: deviceId,
  metadata: null,
  body,
});

test("an evaluation comes back as it was kept, with every reason", async () => {
  expect(await decodeEvaluation(rowOf(encodeBody(evaluation, 7)), builds)).toEqual(evaluation);
});

test("what was packed before is still read, and packed alike", async () => {
  expect(await decodeEvaluation(rowOf(Buffer.from(first, "base64")), builds)).toEqual(evaluation);
  expect(await decodeEvaluation(rowOf(Buffer.from(golden, "base64")), builds)).toEqual(evaluation);
  expect(encodeBody(evaluation, 7).toString("base64")).toBe(golden);
});
