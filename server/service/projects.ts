import { challengeLimits, isLimitName, type Limit, type LimitName, readLimit } from "../challenge/limits.js";
import { isMessageSettingName, messageSettingFault, messageSettings } from "../challenge/message-settings.js";
import type { Clock, Instant } from "../clock.js";
import { newId, newPublicClient, newSecret } from "../ids.js";
import type { Keys } from "../keys.js";
import type {
  KeptSecret,
  Project,
  ProjectSettings,
  ProjectStore,
  PublicClient,
  SecretState,
} from "../store/project-store.js";
import { isWebSettingName, webSettings, withWebSetting } from "./web-settings.js";

/** Something an operator asked for that cannot be; the message says what to do. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

/** A project with a secret that is shown this once. */
export interface WithSecret {
  readonly project: Project;
  readonly secretId: string;
  readonly secret: string;
}

/** The setting that lets callers say when an attempt happened. */
export const eventTimeSetting = {
  name: "accept_event_time",
  meaning: "whether callers may say when an attempt happened (occurred_at)",
} as const;

function withEventTime(settings: ProjectSettings, value: string): ProjectSettings {
  const { acceptEventTime: _, ...others } = settings;
  if (value === "on") return { ...others, acceptEventTime: true };
  if (value === "off" || value === "default") return others;
  throw new OperatorError(`${eventTimeSetting.name} must be "on" or "off".`);
}

/** The name of a setting, which is taken with dashes, too. */
export function settingName(given: string): string {
  return given.replaceAll("-", "_");
}

/** The settings with one of them changed, or with `default` taken back. Throws OperatorError for one that cannot be. */
function withSetting(settings: ProjectSettings, given: string, value: string): ProjectSettings {
  const key = settingName(given);
  if (key === eventTimeSetting.name) return withEventTime(settings, value);
  if (isMessageSettingName(key)) {
    const fault = value === "default" ? undefined : messageSettingFault(key, value);
    if (fault !== undefined) throw new OperatorError(`${key} ${fault}.`);
    const { [key]: _, ...others } = settings.messages ?? {};
    return { ...settings, messages: value === "default" ? others : { ...others, [key]: value } };
  }
  if (isWebSettingName(key)) {
    const changed = withWebSetting(settings, key, value);
    if ("fault" in changed) throw new OperatorError(`${key} ${changed.fault}.`);
    return changed.settings;
  }
  if (!isLimitName(key)) {
    const names = [
      ...Object.keys(challengeLimits),
      ...Object.keys(messageSettings),
      eventTimeSetting.name,
      ...Object.keys(webSettings),
    ];
    throw new OperatorError(`There is no setting "${key}". Settings: ${names.join(", ")}`);
  }
  const { [key]: _, ...others } = settings.limits ?? {};
  return { ...settings, limits: value === "default" ? others : { ...others, [key]: limitFrom(key, value) } };
}

function limitFrom(key: LimitName, text: string): number {
  const value = readLimit(key, text);
  if (value !== undefined) return value;
  const { minimum, maximum, onOff }: Limit = challengeLimits[key];
  const wanted = onOff ? '"on" or "off"' : `a whole number from ${minimum} to ${maximum}`;
  throw new OperatorError(`${key} must be ${wanted}, or the word "default".`);
}

/** How often a change starts anew when others come in between. */
const maxRounds = 20;

/** What operators do with projects and secrets. */
export interface Projects {
  /** Creates a project. Throws OperatorError when the name is taken or has not 1 to 100 printable characters. */
  create(name: string): Promise<WithSecret>;
  /** Creates the first project of an empty database; undefined when there is one already. */
  bootstrap(name: string, secret?: string): Promise<WithSecret | undefined>;
  list(): Promise<readonly Project[]>;
  /** Throws OperatorError when there is none of this name. */
  byName(name: string): Promise<Project>;
  /** Sets one number of the challenge life-cycle or one text of its messages, or with `default` takes it back. */
  set(name: string, key: string, value: string): Promise<Project>;
  secrets(name: string): Promise<readonly SecretState[]>;
  /** Makes a new secret; the others keep working for the overlap. */
  rotate(name: string, overlapSeconds: number): Promise<WithSecret & { readonly othersExpireAt: Instant }>;
  /** The public client ids that work, newest first. */
  publicClients(name: string): Promise<readonly PublicClient[]>;
  /** Makes a new public client id; the others keep working for the overlap. */
  rotatePublicClient(name: string, overlapSeconds: number): Promise<PublicClient>;
  /** Stops a secret at once. */
  revoke(name: string, secretId: string): Promise<void>;
}

/** Makes the operators' service. */
export function createProjects({
  clock,
  keys,
  projects,
}: {
  clock: Clock;
  keys: Keys;
  projects: ProjectStore;
}): Projects {
  const fresh = (name: string, now: Instant): Project => ({
    projectId: newId(now),
    name,
    settings: {},
    policyVersion: 0,
    listsRevision: 0,
    createdAt: now,
  });
  const kept = (secret: string, now: Instant): KeptSecret => ({
    secretId: newId(now),
    hash: keys.mac("secret", secret),
    createdAt: now,
  });
  const byName = async (name: string): Promise<Project> => {
    const project = await projects.findByName(name);
    if (project === undefined)
      throw new OperatorError(`There is no project "${name}". See: npm run rupt -- project list`);
    return project;
  };

  return {
    async create(name) {
      if (!/^[^\p{C}]{1,100}$/u.test(name) || name.trim() !== name) {
        throw new OperatorError(
          "A project's name has 1 to 100 printable characters and no white space around it.",
        );
      }
      const now = clock.now();
      const project = fresh(name, now);
      const secret = newSecret();
      const row = kept(secret, now);
      if (!(await projects.create(project, row)))
        throw new OperatorError(`There is already a project "${name}".`);
      return { project, secretId: row.secretId, secret };
    },

    async bootstrap(name, given) {
      const now = clock.now();
      const project = fresh(name, now);
      const secret = given ?? newSecret();
      const row = kept(secret, now);
      return (await projects.createFirst(project, row))
        ? { project, secretId: row.secretId, secret }
        : undefined;
    },

    list: () => projects.list(),
    byName,

    async set(name, given, value) {
      for (let round = 0; round < maxRounds; round++) {
        const project = await byName(name);
        const settings = withSetting(project.settings, given, value);
        if (await projects.putSettings(project.projectId, project.settings, settings)) return byName(name);
      }
      throw new OperatorError(`Others are changing the settings of "${name}"; try again.`);
    },

    async secrets(name) {
      return projects.listSecrets((await byName(name)).projectId, clock.now());
    },

    async rotate(name, overlapSeconds) {
      const project = await byName(name);
      const now = clock.now();
      const secret = newSecret();
      const row = kept(secret, now);
      const othersExpireAt = now + overlapSeconds * 1000;
      await projects.addSecret(project.projectId, row, othersExpireAt);
      return { project, secretId: row.secretId, secret, othersExpireAt };
    },

    async publicClients(name) {
      return projects.listPublicClients((await byName(name)).projectId, clock.now());
    },

    async rotatePublicClient(name, overlapSeconds) {
      const { projectId } = await byName(name);
      const now = clock.now();
      const client = { clientId: newPublicClient(), createdAt: now, expiresAt: undefined };
      await projects.addPublicClient(projectId, client, now + overlapSeconds * 1000);
      return client;
    },

    async revoke(name, secretId) {
      const project = await byName(name);
      const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(secretId);
      if (!isId || !(await projects.revokeSecret(project.projectId, secretId, clock.now()))) {
        throw new OperatorError(
          `Project "${name}" has no working secret ${secretId}. See: npm run rupt -- secret list ${name}`,
        );
      }
    },
  };
}
