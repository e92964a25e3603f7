import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { AppError } from "../errors.js";
import { openLog, silentLog } from "../log.js";
import { openConfiguredAnonymity } from "../outbound/anonymity/open-configured-anonymity.js";
import { openConfiguredGeo } from "../outbound/geo/open-configured-geo.js";
import { createCensuses } from "../service/censuses.js";
import { createFrequencies } from "../service/device-frequencies.js";
import { createImportLogins, type ImportLogins } from "../service/import-logins.js";
import { OperatorError, type Projects } from "../service/projects.js";
import { createSightDevice } from "../service/sight-device.js";
import { postgresCensusStore } from "../store/postgres/postgres-census-store.js";
import { postgresDeviceStore } from "../store/postgres/postgres-device-store.js";
import { postgresEvaluationStore } from "../store/postgres/postgres-evaluation-store.js";
import { postgresImportStore } from "../store/postgres/postgres-import-store.js";
import type { Project } from "../store/project-store.js";
import { type LoginFile, scanLoginFile } from "./login-file.js";
import { withFoundation } from "./open.js";
import { openProgress } from "./progress.js";
import { instant, print } from "./text.js";

/** Logins that are learnt in one transaction. */
const chunkSize = 1_000;
/** Bad lines that are named; the rest is counted. */
const mostNamed = 100;

/** Options of `rupt import`. */
export interface ImportOptions {
  readonly project?: string;
  readonly dryRun?: true;
  readonly rejects?: string;
}

/** Opens the file for bad lines, which empties it. Throws OperatorError when it cannot be, or when it is the file that is read. */
function openRejects(rejects: string, path: string): number {
  const [from, to] = [path, rejects].map((name) => statSync(name, { throwIfNoEntry: false }));
  if (from !== undefined && to !== undefined && from.dev === to.dev && from.ino === to.ino)
    throw new OperatorError(`--rejects ${rejects} is the file that is imported; name another one`);
  try {
    return openSync(rejects, "w");
  } catch (error) {
    throw new OperatorError(
      `--rejects ${rejects} cannot be written: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function look(path: string, { rejects }: ImportOptions): LoginFile {
  const total = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const rejected = rejects === undefined ? undefined : openRejects(rejects, path);
  const progress = openProgress("Reading");
  const named: string[] = [];
  try {
    return scanLoginFile(path, Date.now(), {
      bad(line, why, bytes) {
        if (named.length < mostNamed) named.push(`line ${line}: ${why}`);
        if (rejected !== undefined) writeSync(rejected, Buffer.concat([bytes, Buffer.from("\n")]));
      },
      progress: (bytes) => progress.show(bytes, total),
    });
  } finally {
    progress.end();
    if (rejected !== undefined) closeSync(rejected);
    for (const text of named) process.stderr.write(`${text}\n`);
  }
}

function summary({ logins, failed, bad, firstAt, lastAt }: LoginFile): string {
  const span = logins === 0 ? "" : `, from ${instant(firstAt)} to ${instant(lastAt)}`;
  return [
    `${logins} logins${span}`,
    ...(failed === 0 ? [] : [`${failed} failed attempts, which teach nothing`]),
    ...(bad === 0
      ? []
      : [`${bad} bad lines, skipped${bad > mostNamed ? ` (the first ${mostNamed} are named)` : ""}`]),
  ].join("\n");
}

/** The named project, or the only one there is. */
async function projectOf(projects: Projects, name: string | undefined): Promise<Project> {
  if (name !== undefined) return projects.byName(name);
  const all = await projects.list();
  if (all.length === 1 && all[0] !== undefined) return all[0];
  throw new OperatorError(
    all.length === 0
      ? "There is no project yet. See: npm run rupt -- project create NAME"
      : "There are several projects; name one with --project NAME",
  );
}

async function learnAll(file: LoginFile, importing: ImportLogins): Promise<number> {
  const begunWith = await importing.begin(file.hash);
  const progress = openProgress("Learning");
  try {
    for (let done = begunWith; done < file.logins; ) {
      progress.show(done, file.logins);
      const logins = file.read(done, chunkSize);
      await importing.learn(file.hash, done, logins);
      done += logins.length;
    }
    progress.show(file.logins, file.logins);
  } finally {
    progress.end();
  }
  return begunWith;
}

/** Learns a file of past logins, and says on both streams how it goes. Throws OperatorError. */
export async function importFile(path: string, options: ImportOptions): Promise<void> {
  const file = look(path, options);
  try {
    print(summary(file));
    if (options.dryRun) return print("Nothing was learnt: this was a dry run.");
    if (file.logins === 0) throw new OperatorError(`${path} holds no login.`);
    await withFoundation(async (foundation, config) => {
      const { clock, keys, sql, projects } = foundation;
      const project = await projectOf(projects, options.project);
      const geo = await openConfiguredGeo(config, openLog("warn", config.logFormat));
      const anonymity = await openConfiguredAnonymity(config, silentLog, clock);
      const frequencies = createFrequencies({ clock, devices: postgresDeviceStore(sql), failed: () => {} });
      const censuses = createCensuses({ clock, store: postgresCensusStore(sql), failed: () => {} });
      const importing = createImportLogins({
        clock,
        keys,
        geo,
        anonymity,
        evaluations: postgresEvaluationStore(sql),
        imports: postgresImportStore(sql),
        sightDevice: createSightDevice(keys, frequencies),
        censuses,
        project,
      });
      try {
        const begunAt = performance.now();
        const before = await learnAll(file, importing);
        const seconds = (performance.now() - begunAt) / 1000;
        const learnt = file.logins - before;
        if (before > 0) print(`${before} of them were learnt by an earlier run.`);
        print(
          `Learnt ${learnt} logins into "${project.name}"${learnt === 0 ? "" : ` in ${seconds.toFixed(1)} s (${Math.round(learnt / seconds)}/s)`}.`,
        );
      } finally {
        await censuses.settle();
        anonymity.close();
        geo.close();
      }
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new OperatorError(
      `${error.message} What is learnt so far stays; the same command goes on from there.`,
    );
  } finally {
    file.close();
  }
}
