import type { Clock, Instant } from "../clock.js";
import { AppError } from "../errors.js";
import type { Keys } from "../keys.js";
import { forgetDevice, type Seen } from "../risk/history.js";
import type { EvaluationStore } from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";
import type { User, UserStore } from "../store/user-store.js";
import { type ChallengeView, viewChallenge } from "./challenges.js";
import { contactBook } from "./contact-book.js";
import { type Evaluation, recollected } from "./evaluations.js";

/** Everything that is stored about a user. */
export interface UserExport {
  readonly user: string;
  readonly firstSeenAt: Instant;
  readonly email: string | undefined;
  readonly phone: string | undefined;
  readonly devices: readonly Seen<string>[];
  readonly evaluations: readonly Evaluation[];
  readonly challenges: readonly ChallengeView[];
}

/** Shows and forgets what is known of users. Unknown users are `user_not_found`. */
export interface Users {
  devices(project: Project, user: string): Promise<readonly Seen<string>[]>;
  forgetDevice(project: Project, user: string, deviceId: string): Promise<void>;
  export(project: Project, user: string): Promise<UserExport>;
  erase(project: Project, user: string): Promise<void>;
}

/** Most evaluations and challenges of an export. */
const exportLimit = 1_000;
const maxRounds = 20;

/** What the users' service needs. */
export interface UsersDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly users: UserStore;
  readonly evaluations: EvaluationStore;
}

/** Makes the users' service. */
export function createUsers({ clock, keys, users, evaluations }: UsersDeps): Users {
  const found = async (project: Project, user: string): Promise<User> => {
    const kept = await users.find(project.projectId, user);
    if (kept === undefined) throw new AppError("user_not_found", "There is no such user in this project.");
    return kept;
  };

  return {
    async devices(project, user) {
      return (await found(project, user)).history.devices;
    },

    async forgetDevice(project, user, deviceId) {
      for (let round = 0; round < maxRounds; round++) {
        const kept = await found(project, user);
        if (!kept.history.devices.some((device) => device.key === deviceId)) {
          throw new AppError("device_not_found", "This user has no such trusted device.");
        }
        if (await users.putHistory(project.projectId, kept, forgetDevice(kept.history, deviceId))) return;
      }
      throw new AppError("conflict", "Too many attempts of this user at the same instant; try again.", {
        retryAfterSeconds: 1,
      });
    },

    async export(project, user) {
      const kept = await found(project, user);
      const [judged, asked] = await Promise.all([
        evaluations.list(project.projectId, { page: 1, limit: exportLimit, userKey: user }),
        users.challenges(project.projectId, user, exportLimit),
      ]);
      const book = contactBook(keys, project.projectId);
      const clear = (sealed: string | undefined) =>
        sealed === undefined || !book.isReadable(sealed) ? undefined : book.open(sealed);
      return {
        user,
        firstSeenAt: kept.firstSeenAt,
        email: clear(kept.contacts.email?.known?.sealed),
        phone: clear(kept.contacts.sms?.known?.sealed),
        devices: kept.history.devices,
        evaluations: judged.data.map(recollected),
        challenges: asked.map((challenge) => viewChallenge(keys, challenge, clock.now())),
      };
    },

    async erase(project, user) {
      if (!(await users.erase(project.projectId, user))) {
        throw new AppError("user_not_found", "There is no such user in this project.");
      }
    },
  };
}
