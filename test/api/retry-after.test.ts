import { type CallOptions, Code, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../gen/es/google/rpc/error_details_pb.js";
import { ChallengeService } from "../../gen/es/rupt/v2/challenge_service_pb.js";
import {
  ChallengeServiceClient,
  SendChallengeRequest,
  VerifyChallengeRequest,
} from "../../gen/grpc-js/rupt/v2/challenge_service.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { type Asked, askedAgain, challenged, wrongCodes } from "../server/user-calls.js";
import { errorInfosOf, refusal } from "./expect-error.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const set = async (settings: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries(settings))
    await server.foundation.projects.set("test", name, value);
  server.clock.advance({ seconds: 2 });
};

/** A refusal as one protocol tells it. */
interface Refusal {
  readonly reason: string | undefined;
  /** The header or the trailing metadata. */
  readonly retryAfter: string | undefined;
  /** The same in the error's details, where the protocol has them. */
  readonly inDetails: string | undefined;
}

type Verb = "send" | "verify";
type Refuse = (challengeId: string, verb: Verb) => Promise<Refusal>;

const wrong = "000000";

const overRest: Refuse = async (id, verb) => {
  const { headers, body } = await server.post(`/v2/challenges/${id}/${verb}`, { code: wrong });
  return { reason: body.reason, retryAfter: headers.get("retry-after") ?? undefined, inDetails: undefined };
};

const overConnect =
  (transportOf: typeof createConnectTransport): Refuse =>
  async (challengeId, verb) => {
    const client = createClient(ChallengeService, transportOf({ baseUrl: server.baseUrl }));
    const options: CallOptions = { headers: { authorization: `Bearer ${server.secret}` } };
    const call =
      verb === "send"
        ? client.sendChallenge({ challengeId }, options)
        : client.verifyChallenge({ challengeId, code: wrong }, options);
    const error = await refusal(call);
    expect(error.code).toBe(Code.ResourceExhausted);
    const [info] = error.findDetails(ErrorInfoSchema);
    return {
      reason: info?.reason.toLowerCase(),
      retryAfter: error.metadata.get("retry-after") ?? undefined,
      inDetails: info?.metadata.retry_after_seconds,
    };
  };

const overGrpc: Refuse = async (challengeId, verb) => {
  const client = new ChallengeServiceClient(server.grpcTarget, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${server.secret}`);
  try {
    const error = await new Promise<ServiceError | null>((resolve) => {
      const done = (thrown: ServiceError | null) => resolve(thrown);
      if (verb === "send")
        client.sendChallenge(SendChallengeRequest.fromPartial({ challengeId }), metadata, done);
      else
        client.verifyChallenge(
          VerifyChallengeRequest.fromPartial({ challengeId, code: wrong }),
          metadata,
          done,
        );
    });
    if (error === null) throw new Error("the call was not refused");
    const [info] = errorInfosOf(error.metadata);
    return {
      reason: info?.reason.toLowerCase(),
      retryAfter: error.metadata.get("retry-after").map(String).join(),
      inDetails: info?.metadata.retry_after_seconds,
    };
  } finally {
    client.close();
  }
};

const protocols: Readonly<Record<string, Refuse>> = {
  REST: overRest,
  Connect: overConnect(createConnectTransport),
  "gRPC-Web": overConnect(createGrpcWebTransport),
  gRPC: overGrpc,
};

let people = 0;
const somebody = () => `user-${people++}`;

/** Brings a challenge to its limit. */
const limits: Readonly<Record<string, { readonly verb: Verb; readonly reach: () => Promise<Asked> }>> = {
  resend_too_soon: {
    verb: "send",
    reach: async () => {
      const asked = await challenged(server, somebody());
      await asked.send();
      return asked;
    },
  },
  sends_exhausted: {
    verb: "send",
    reach: async () => {
      await set({ max_sends: "1" });
      const asked = await challenged(server, somebody());
      await asked.send();
      await set({ max_sends: "default" });
      return asked;
    },
  },
  message_budget: {
    verb: "send",
    reach: async () => {
      await set({ contact_messages_per_day: "1", contact_messages_per_hour: "1" });
      const user = somebody();
      for (let time = 0; time < 2; time++) {
        const asked = await challenged(server, user, { device: `device ${time} of ${user}` });
        await asked.send();
        server.clock.advance({ seconds: 30 });
      }
      return askedAgain(server, user);
    },
  },
  user_paused: {
    verb: "verify",
    reach: async () => {
      await set({ max_failed_codes: "10", max_attempts: "10" });
      const user = somebody();
      const first = await challenged(server, user);
      await first.send();
      for (const code of wrongCodes(server.codeFor(`${user}@example.com`), 10)) await first.verify(code);
      await set({ max_failed_codes: "default", max_attempts: "default" });
      return askedAgain(server, user, { device: `another of ${user}` });
    },
  },
};

test.each(Object.entries(limits))(
  "%s says after how long to come back, in every protocol",
  async (reason, { verb, reach }) => {
    const { id } = await reach();
    const told = new Set<string | undefined>();
    for (const [name, refuse] of Object.entries(protocols)) {
      const refused = await refuse(id, verb);
      expect({ name, reason: refused.reason }).toEqual({ name, reason });
      expect(refused.retryAfter).toMatch(/^[1-9]\d*$/);
      if (refuse !== overRest) expect(refused.inDetails).toBe(refused.retryAfter);
      told.add(refused.retryAfter);
    }
    // The clock stands still: all say the same.
    expect(told.size).toBe(1);
  },
);
