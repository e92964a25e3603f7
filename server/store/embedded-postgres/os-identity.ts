import { chown, readFile, stat } from "node:fs/promises";
import type { Binaries } from "./binaries.js";
import { EmbeddedPostgresError, useYourOwn } from "./embedded-postgres-error.js";
import { type Program, runProgram } from "./run-program.js";

/** An operating-system user and its group. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** As whom PostgreSQL's programs run. */
export interface OsIdentity {
  /** For the log. */
  readonly name: string;
  /** Who must own the data; undefined when that is whoever we are. */
  readonly owner: Account | undefined;
  /** The program to start so that `command` runs under this identity, in the same process id. */
  wrap(command: string, args: readonly string[]): Program;
}

const ourselves: OsIdentity = {
  name: "the user of this process",
  owner: undefined,
  wrap: (command, args) => ({ command, args }),
};

function plain(account: Account): OsIdentity {
  return {
    name: `OS user ${account.uid}`,
    owner: account,
    wrap: (command, args) => ({ command, args, ...account }),
  };
}

/**
 * An unprivileged user that keeps one capability, so that it can pass a folder closed to others (a clone under
 * /root). no_setuid_fixup is needed because access(2), by which PostgreSQL looks for its own program, otherwise
 * ignores the capabilities of a user who is not root.
 */
function withCapability(account: Account, capability: "dac_read_search" | "dac_override"): OsIdentity {
  const flags = [
    ...[`--reuid=${account.uid}`, `--regid=${account.gid}`, "--clear-groups", "--no-new-privs"],
    ...["--securebits=+no_setuid_fixup", `--inh-caps=+${capability}`, `--ambient-caps=+${capability}`],
  ];
  return {
    name: `OS user ${account.uid} with ${capability}`,
    owner: account,
    wrap: (command, args) => ({ command: "setpriv", args: [...flags, "--", command, ...args] }),
  };
}

/** Root seen from inside as another user: for mounts on which owners cannot be changed. */
function inUserNamespace(account: Account): OsIdentity {
  const flags = ["--user", `--map-user=${account.uid}`, `--map-group=${account.gid}`];
  return {
    name: "root in a user namespace",
    owner: undefined,
    wrap: (command, args) => ({ command: "unshare", args: [...flags, "--", command, ...args] }),
  };
}

/** What choosing an identity depends on. */
export interface IdentityQuestion {
  readonly binaries: Binaries;
  /** The cluster's data folder; it exists. */
  readonly folder: string;
  /** Who owns that folder when it already holds a cluster; undefined while it is new. */
  readonly owner: Account | undefined;
  /** Further paths that go with the folder, to be given to the same owner while it is new. */
  readonly alongside: readonly string[];
}

/**
 * Chooses as whom to run PostgreSQL, which refuses to run as root. An ordinary user runs it as itself. Root tries,
 * in this order and with the first that is seen to work: an unprivileged user; that user with the capability to
 * search closed folders; with the wider one that containers grant; root in a user namespace. A new folder is
 * given to the chosen owner; an existing one keeps its owner.
 *
 * Throws EmbeddedPostgresError when none works.
 */
export async function chooseIdentity(question: IdentityQuestion): Promise<OsIdentity> {
  if (process.geteuid?.() !== 0) return ourselves;
  const failures: string[] = [];
  for (const identity of await identitiesForRoot(question.owner)) {
    const problem = await tryIdentity(identity, question);
    if (problem === undefined) return identity;
    failures.push(`as ${identity.name}: ${problem}`);
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and no other way to run it on ${question.folder} works ` +
      `(${failures.join("; ")}): start the server as an ordinary user, or set DATA_DIR to a folder that other ` +
      `users can enter, such as /var/lib/rupt, ${useYourOwn}`,
  );
}

async function identitiesForRoot(owner: Account | undefined): Promise<readonly OsIdentity[]> {
  if (owner !== undefined && owner.uid !== 0) return unprivileged(owner);
  const account = await unprivilegedAccount();
  return owner === undefined
    ? [...unprivileged(account), inUserNamespace(account)]
    : [inUserNamespace(account)];
}

function unprivileged(account: Account): readonly OsIdentity[] {
  return [
    plain(account),
    withCapability(account, "dac_read_search"),
    withCapability(account, "dac_override"),
  ];
}

/** An account that every system has, as a service should leave none behind: `postgres` if present, else `nobody`. */
async function unprivilegedAccount(): Promise<Account> {
  const rows = (await readFile("/etc/passwd", "utf8").catch(() => ""))
    .split("\n")
    .map((row) => row.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const row = rows.find(([name]) => name === wanted);
    const uid = Number(row?.[2]);
    const gid = Number(row?.[3]);
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid > 0) return { uid, gid };
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and /etc/passwd has neither "postgres" nor "nobody" to run it as: ` +
      `start the server as an ordinary user, ${useYourOwn}`,
  );
}

/** Asks initdb to look for everything it needs, which writes nothing. Returns what is wrong, or undefined. */
async function tryIdentity(identity: OsIdentity, question: IdentityQuestion): Promise<string | undefined> {
  const script =
    'test -w "$0" || { echo "cannot reach the folder"; exit 1; }; exec "$1" --show --pgdata="$0"';
  try {
    if (question.owner === undefined) {
      for (const path of [question.folder, ...question.alongside]) await give(path, identity.owner);
    }
    const probe = identity.wrap("/bin/sh", ["-c", script, question.folder, question.binaries.initdb]);
    const { code, output } = await runProgram(probe);
    return code === 0 ? undefined : lastLine(output);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Leaves alone what is right already, as some mounts refuse even that. */
async function give(path: string, owner: Account = { uid: 0, gid: 0 }): Promise<void> {
  const found = await stat(path);
  if (found.uid !== owner.uid || found.gid !== owner.gid) await chown(path, owner.uid, owner.gid);
}

function lastLine(output: string): string {
  return output.split("\n").at(-1) ?? "";
}
