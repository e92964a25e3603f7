import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Binaries } from "./binaries.js";
import { EmbeddedPostgresError, useYourOwn } from "./embedded-postgres-error.js";
import { clusterPaths, type Layout } from "./layout.js";
import { chooseIdentity } from "./os-identity.js";
import { runProgram } from "./run-program.js";

/**
 * Makes a new cluster at `layout.home`, which must not exist; the caller holds the start lock. The cluster is made
 * beside its place, forced to disk and then renamed, so that a crash leaves either all of it or a draft, which the
 * next call removes. Throws EmbeddedPostgresError when initdb fails.
 */
export async function createCluster(binaries: Binaries, layout: Layout): Promise<void> {
  await removeDrafts(layout);
  const draft = clusterPaths(`${layout.home}${draftMark}${randomBytes(4).toString("hex")}`);
  try {
    await mkdir(draft.data, { recursive: true, mode: 0o700 });
    // PostgreSQL's user must be able to pass through, whatever our umask.
    await chmod(draft.home, 0o711);
    await writeDurably(draft.password, randomBytes(24).toString("base64url"));
    await initialise(binaries, draft);
    await rename(draft.home, layout.home);
    await syncFolder(dirname(layout.home));
  } catch (error) {
    await rm(draft.home, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

const draftMark = ".new-";

/** The initdb of a process that was killed may still be writing: what cannot be removed now is left to next time. */
async function removeDrafts(layout: Layout): Promise<void> {
  const prefix = `${basename(layout.home)}${draftMark}`;
  for (const name of await readdir(layout.dataDir)) {
    if (!name.startsWith(prefix)) continue;
    await rm(join(layout.dataDir, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
  }
}

async function initialise(
  binaries: Binaries,
  draft: Pick<Layout, "home" | "data" | "password">,
): Promise<void> {
  const identity = await chooseIdentity({
    binaries,
    folder: draft.data,
    owner: undefined,
    alongside: [draft.password],
  });
  const { code, output } = await runProgram(
    identity.wrap(binaries.initdb, [
      ...[`--pgdata=${draft.data}`, "--username=postgres", `--pwfile=${draft.password}`],
      ...["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"],
      ...["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"],
    ]),
  );
  if (code !== 0) {
    throw new EmbeddedPostgresError(`initdb failed in ${draft.home}, ${useYourOwn}. It said:\n${output}`);
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
