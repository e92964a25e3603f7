import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { browserCaller } from "./browser.js";
import type { Caller, Json } from "./caller.js";
import { type Case, cases, comparable } from "./cases.js";
import { bufCurl, curlConnect, curlRest, grpcurl } from "./command-lines.js";
import { conformanceCaller } from "./conformance.js";
import { type Address, openProjects } from "./live-servers.js";
import { mustRun } from "./run.js";

const { servers, languages, grpcurl: grpcurlCommand, hasBrowser } = inject("clients");

function callersAt(address: Address): readonly Caller[] {
  return [
    curlRest(address),
    curlConnect(address),
    ...(grpcurlCommand === undefined ? [] : [grpcurl(grpcurlCommand, address)]),
    bufCurl(address),
    ...(hasBrowser ? [browserCaller("Connect", address), browserCaller("gRPC-Web", address)] : []),
    ...languages.flatMap(({ name, speakers }) =>
      speakers.map((speaker) => conformanceCaller(name, speaker, address)),
    ),
  ];
}

async function codeFor({ baseUrl, ca }: Address, contact: string): Promise<string> {
  const trust = ca === undefined ? [] : ["--cacert", ca];
  const inbox = await mustRun("curl", [
    "-sS",
    ...trust,
    "-H",
    "Accept: application/json",
    `${baseUrl}/inbox`,
  ]);
  const { data } = JSON.parse(inbox) as { data: readonly { to: string; code: string }[] };
  const found = data.find(({ to }) => to === contact);
  if (found === undefined) throw new Error(`no code arrived for ${contact}`);
  return found.code;
}

let projects: Awaited<ReturnType<typeof openProjects>>;
/** What REST tells in each case: the measure for all others. */
const measure = new Map<Case, readonly Json[]>();

let runs = 0;
async function tell({ tell }: Case, caller: Caller, address: Address): Promise<readonly Json[]> {
  runs += 1;
  const secret = await projects.secretOf(`calls-${runs}`);
  return comparable(
    await tell(
      (method, request) => caller.call(method, request, secret),
      (contact) => codeFor(address, contact),
    ),
  );
}

beforeAll(async () => {
  projects = await openProjects(servers.dataDir);
  const rest = curlRest(servers.plaintext);
  for (const example of cases) measure.set(example, await tell(example, rest, servers.plaintext));
});
afterAll(() => projects.close());

describe("calls", () => {
  for (const address of [servers.plaintext, servers.tls]) {
    for (const caller of callersAt(address)) {
      describe(`${caller.client} · ${caller.protocol}`, () => {
        afterAll(() => caller.close());
        const asked = cases.filter(({ needs }) => needs === "the flow" || caller.offers === "everything");
        for (const example of asked)
          test(example.name, async () => {
            const told = await tell(example, caller, address);
            expect(told).toMatchObject(example.expected);
            for (const [index, fields] of example.absent.entries())
              for (const field of fields)
                expect(told[index], `answer ${index + 1}`).not.toHaveProperty(field);
            expect(told).toEqual(measure.get(example));
          });
      });
    }
  }
});
