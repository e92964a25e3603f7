import { fingerprintOf, instantOf } from "./pure.js";
import type { BenchService } from "./service.js";
import type { Visit } from "./stream.js";

/** Users share few addresses with each other, and their own one does not change: what is measured is the device alone. */
const addressOf = (user: string): string => {
  const index = Number(user.slice(user.indexOf("-") + 1));
  return `84.208.${Math.floor(index / 250) % 250}.${1 + (index % 250)}`;
};

/** Visits within this many days go at once, so that the service works on several users together. */
const togetherDays = 1 / 4;

/** Logs every visit in over REST, each user's in order, and answers the ids. An owner completes each challenge. No device token is sent. */
export async function replay(service: BenchService, visits: readonly Visit[]): Promise<readonly string[]> {
  const { secret } = await service.project(`bench-${Date.now()}`);
  const ids: string[] = [];
  for (let from = 0; from < visits.length; ) {
    const first = visits[from];
    if (first === undefined) break;
    let to = from;
    while (to < visits.length && (visits[to]?.day ?? 0) < first.day + togetherDays) to++;
    service.setClock(instantOf(first.day));
    const byUser = new Map<string, number[]>();
    for (let index = from; index < to; index++) {
      const user = visits[index]?.user ?? "";
      byUser.set(user, [...(byUser.get(user) ?? []), index]);
    }
    await Promise.all(
      [...byUser.values()].map(async (own) => {
        for (const index of own) {
          const visit = visits[index];
          if (visit !== undefined) ids[index] = await login(service, secret, visit);
        }
      }),
    );
    from = to;
  }
  return ids;
}

async function login(service: BenchService, secret: string, { user, traits }: Visit): Promise<string> {
  const email = `${user}@example.com`;
  const answer = await service.post(secret, "/v2/devices/evaluate", {
    action: "login",
    user,
    fingerprint: fingerprintOf(traits),
    ip: addressOf(user),
    email,
  });
  if (typeof answer.challenge_id === "string") {
    const challenge = `/v2/challenges/${answer.challenge_id}`;
    await service.post(secret, `${challenge}/send`, {});
    const code = service.app.inbox?.messages().find(({ to }) => to === email)?.code;
    await service.post(secret, `${challenge}/verify`, { code });
    await service.post(secret, `${challenge}/complete`, {});
  }
  return String(answer.fingerprint_id);
}
