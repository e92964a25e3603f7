import { type Contacts, settleContacts } from "../challenge/contacts.js";
import { limitsOf } from "../challenge/limits.js";
import type { Clock, Instant } from "../clock.js";
import { AppError } from "../errors.js";
import type { Keys } from "../keys.js";
import type { AnonymitySource } from "../outbound/anonymity/anonymity.js";
import type { Geo } from "../outbound/geo/geo.js";
import { isCounted } from "../risk/census.js";
import { type Values, valuesOf } from "../risk/chains.js";
import { learn } from "../risk/history.js";
import type { EvaluationStore, Memories } from "../store/evaluation-store.js";
import type { ImportChunk, ImportedUser, ImportStore } from "../store/import-store.js";
import type { Project } from "../store/project-store.js";
import type { Censuses } from "./censuses.js";
import { contactBook } from "./contact-book.js";
import type { Attempt } from "./evaluate.js";
import { lessonOf } from "./lessons.js";
import { createMeanwhile, type Known } from "./meanwhile.js";
import { observe } from "./observe.js";
import type { SightDevice } from "./sight-device.js";

/** A login of the past, of a user with an instant. */
export type PastLogin = Attempt & { readonly user: string; readonly occurredAt: Instant };

/** Learns files of past logins into users' histories. Nothing is judged, counted against guessing or kept as an evaluation. */
export interface ImportLogins {
  /** Begins a file, or finds it begun: how many of its logins are learnt. */
  begin(fileHash: Uint8Array): Promise<number>;
  /** Learns the logins from the `from`th on, in order of time, as a whole with the note that they are. Throws `conflict` where another process learns the same file. */
  learn(fileHash: Uint8Array, from: number, logins: readonly PastLogin[]): Promise<void>;
}

/** How often logins are learnt anew, fewer at a time, when a running server changes one of their users in between. */
const maxRounds = 20;

/** What importing needs. */
export interface ImportLoginsDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly geo: Geo;
  readonly anonymity: AnonymitySource;
  readonly evaluations: Pick<EvaluationStore, "recall">;
  readonly imports: ImportStore;
  readonly sightDevice: SightDevice;
  readonly censuses: Pick<Censuses, "note">;
  readonly project: Project;
}

/** Makes ImportLogins for one project. */
export function createImportLogins(deps: ImportLoginsDeps): ImportLogins {
  const { clock, keys, evaluations, imports, sightDevice, censuses, project } = deps;
  const { projectId } = project;
  return {
    begin: (fileHash) => imports.begin(projectId, fileHash, clock.now()),

    async learn(fileHash, from, logins) {
      let rounds = 0;
      let size = logins.length;
      for (let done = 0; done < logins.length; ) {
        const some = logins.slice(done, done + size);
        const kept = await learnSome(fileHash, from + done, some);
        if (kept === "overtaken")
          throw new AppError("conflict", "Another process is learning the same file at this moment.");
        if (kept === "kept") {
          done += some.length;
          size *= 2;
          rounds = 0;
        } else {
          // Fewer at once meet fewer of the logins that happen meanwhile.
          size = Math.ceil(some.length / 4);
          rounds += 1;
          if (rounds === maxRounds)
            throw new AppError("conflict", "The users of these logins keep on changing; try again.");
        }
      }
    },
  };

  async function learnSome(fileHash: Uint8Array, from: number, logins: readonly PastLogin[]) {
    const now = clock.now();
    const knowns = logins.map((login): Known => {
      const { user: userKey, fingerprint, occurredAt } = login;
      const shown = { projectId, userKey, fingerprint, deviceToken: undefined, now: occurredAt };
      return { userKey, sighting: sightDevice(shown), counterKeys: [] };
    });
    const recalled = await evaluations.recall(
      projectId,
      knowns.map(({ userKey, sighting }) => ({
        userKey,
        device: sighting?.lookup,
        counterKeys: [],
        idempotencyKeys: [],
        now,
      })),
    );
    const to = from + logins.length;
    const { counted, ...learnt } = fold(logins, knowns, recalled);
    const kept = await imports.keep({ projectId, fileHash, from, to, now, ...learnt });
    if (kept === "kept") for (const values of counted) censuses.note(projectId, values);
    return kept;
  }

  function fold(
    logins: readonly PastLogin[],
    knowns: readonly Known[],
    recalled: readonly Memories[],
  ): Pick<ImportChunk, "users" | "devices"> & { readonly counted: readonly Values[] } {
    const cooldownMs = limitsOf(project.settings.limits ?? {}).contact_cooldown_seconds * 1000;
    const meanwhile = createMeanwhile();
    const users = new Map<string, ImportedUser>();
    const devices: ImportChunk["devices"][number][] = [];
    const counted: Values[] = [];
    for (const [index, login] of logins.entries()) {
      const known = knowns[index];
      const before = recalled[index];
      if (known === undefined || before === undefined) throw new Error("a login was not recalled");
      const { user: userKey, occurredAt: at } = login;
      const memories = meanwhile.amend(known, before);
      const device = known.sighting?.settle(
        memories.device,
        new Set(memories.history.devices.map(({ key }) => key)),
      );
      const observation = observe(deps, login, at, device, []);
      const lesson = lessonOf(observation, true);
      if (isCounted(memories.history, at)) counted.push(valuesOf(observation));
      const user = {
        expectedVersion: memories.userVersion,
        history: learn(memories.history, lesson),
        contacts: contactsAfter(memories.contacts, login, cooldownMs),
      };
      const change = device?.keep(true);
      if (change !== undefined) devices.push({ ...change, at });
      meanwhile.note(known, { user, counts: [], ...(change === undefined ? {} : { device: change }) });
      users.set(userKey, { ...user, userKey, firstAt: users.get(userKey)?.firstAt ?? at, lastAt: at });
    }
    return { users: [...users.values()], devices, counted };
  }

  /** As if the login had come at its time; an old login says nothing of contacts that came later. */
  function contactsAfter(kept: Contacts, login: PastLogin, cooldownMs: number): Contacts {
    const since = Object.values(kept).flatMap(({ known, changed }) => [known?.since, changed?.since]);
    if (since.some((at) => at !== undefined && at > login.occurredAt)) return kept;
    const given = contactBook(keys, projectId).given(login);
    return settleContacts(kept, given, login.occurredAt, cooldownMs).contacts;
  }
}
