import type { MessageTexts } from "../challenge/message-settings.js";
import type { Instant } from "../clock.js";

/** What a project has set in place of the defaults; absent entries follow the defaults. */
export interface ProjectSettings {
  /** Numbers of the challenge life-cycle, by name. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Whether its callers may say when an attempt happened. Default: no. */
  readonly acceptEventTime?: boolean;
  /** Texts of messages, by name. */
  readonly messages?: MessageTexts;
  /** Where the hosted page sends a user who has passed. */
  readonly successUrl?: string;
  /** Web origins whose pages may call with a client token or a public client id, as browsers write them: `https://app.example.com`. */
  readonly allowedOrigins?: readonly string[];
}

/** An application that uses the service. */
export interface Project {
  readonly projectId: string;
  /** Unique among all projects. */
  readonly name: string;
  readonly settings: ProjectSettings;
  /** The version of its policy that is in force; 0 is the shipped default. */
  readonly policyVersion: number;
  /** How often its lists were changed. */
  readonly listsRevision: number;
  readonly createdAt: Instant;
}

/** What is kept of an API secret: never the secret itself. */
export interface KeptSecret {
  readonly secretId: string;
  /** Keyed hash. */
  readonly hash: Uint8Array;
  readonly createdAt: Instant;
}

/** An API secret as operators see it. */
export interface SecretState {
  readonly secretId: string;
  readonly createdAt: Instant;
  /** From when on it no longer works; undefined when it has no end. */
  readonly expiresAt: Instant | undefined;
}

/** An id that names a project in its users' browsers; no secret. */
export interface PublicClient {
  readonly clientId: string;
  readonly createdAt: Instant;
  /** From when on it no longer works; undefined when it has no end. */
  readonly expiresAt: Instant | undefined;
}

/** Projects and their API secrets. */
export interface ProjectStore {
  /** Creates a project with its first secret. Answers false, and creates nothing, when the name is taken. */
  create(project: Project, secret: KeptSecret): Promise<boolean>;
  /** The same, but only where there is no project at all; of several servers that try at once, one succeeds. */
  createFirst(project: Project, secret: KeptSecret): Promise<boolean>;
  /** The project to which a secret with one of these hashes gives access at an instant. */
  findBySecret(hashes: readonly Uint8Array[], now: Instant): Promise<Project | undefined>;
  findById(projectId: string): Promise<Project | undefined>;
  findByName(name: string): Promise<Project | undefined>;
  /** All projects, by name. */
  list(): Promise<readonly Project[]>;
  /** Replaces the settings while they are still those that were read; answers false when they are not. */
  putSettings(projectId: string, read: ProjectSettings, settings: ProjectSettings): Promise<boolean>;
  /** Keeps a secret under the first of its hashes, where it is kept under one of the others. */
  renewSecret(hashes: readonly Uint8Array[]): Promise<void>;
  /** Adds a secret; the project's other secrets stop working at `othersExpireAt` unless they do so earlier. */
  addSecret(projectId: string, secret: KeptSecret, othersExpireAt: Instant): Promise<void>;
  /** Stops a secret at an instant. Answers false when the project has no such working secret. */
  revokeSecret(projectId: string, secretId: string, now: Instant): Promise<boolean>;
  /** The project's secrets that still work, newest first. */
  listSecrets(projectId: string, now: Instant): Promise<readonly SecretState[]>;
  /** The project to which a public client id belongs at an instant. */
  findByPublicClient(clientId: string, now: Instant): Promise<Project | undefined>;
  /** Adds a public client id; the project's other ones stop working at `othersExpireAt` unless they do so earlier. */
  addPublicClient(projectId: string, client: PublicClient, othersExpireAt: Instant): Promise<void>;
  /** The project's public client ids that still work, newest first. */
  listPublicClients(projectId: string, now: Instant): Promise<readonly PublicClient[]>;
  /** Whether any project allows a web origin. */
  isOriginAllowed(origin: string): Promise<boolean>;
  /**
   * Notes that this database is used with the first of these master keys. Where the newest one noted before is not among them, answers
   * that one and notes nothing; undefined otherwise. Of servers with different keys that start at once, one is first.
   */
  noteMasterKey(keyIds: readonly string[], now: Instant): Promise<string | undefined>;
}
