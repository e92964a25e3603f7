import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Geo } from "../../server/outbound/geo/geo.js";
import { openGeo } from "../../server/outbound/geo/open-geo.js";
import { readNetworks } from "./networks.js";
import type { Login } from "./people.js";
import { startPureService } from "./pure.js";
import { reliabilityTable } from "./reliability.js";
import { meanRows, measure, operatingPoint, picture, tables } from "./report.js";
import { askPublished, askService, type Judged, type Marginals } from "./run.js";
import { startService } from "./service.js";
import { countries, makeStream } from "./stream.js";

const help = `npm run bench:detection -- [--users N] [--seeds N,N,…] [--pure] [--out FOLDER]

Sends a synthetic stream of logins and attacks, made after published marginals, through the real service in the order of time, and measures how well
attacks are told from logins; beside it the published model on the same stream. Owners complete their challenges, attackers never do.

  --users N      accounts, each attacked once (default 800: about 17,000 logins)
  --seeds N,N,…  other streams, one after the other (default 1); several are shown as mean (least to most)
  --pure         the same rules without server and database: seconds for each seed instead of minutes
  --out FOLDER   also writes detection.md, detection.svg and detection.json there`;

function option(name: string): string | undefined {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? undefined : process.argv[place + 1];
}

const note = (text: string) => process.stderr.write(`${text}\n`);

interface Run {
  readonly judged: readonly Judged[];
  readonly marginals: Marginals;
}

async function run(geo: Geo, stream: readonly Login[]): Promise<Run> {
  note(`${stream.length} attempts, from ${new Date(stream[0]?.at ?? 0).toISOString().slice(0, 10)} on`);
  const { scores, marginals } = askPublished(geo, stream);
  const service = process.argv.includes("--pure") ? startPureService(geo) : await startService(geo);
  try {
    const begun = Date.now();
    const judged = await askService(service, stream, scores, (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${stream.length} sent`);
    });
    note(`\nsent in ${Math.round((Date.now() - begun) / 1000)} s`);
    return { judged, marginals };
  } finally {
    await service.stop();
  }
}

async function bench(): Promise<void> {
  const users = Number(option("users") ?? 800);
  const seeds = (option("seeds") ?? "1").split(",").map(Number);
  const out = option("out");
  const geo = await openGeo();
  const { city, asn } = geo.status();
  if (!city.loaded || !asn.loaded)
    throw new Error(`the bench needs both databases: ${city.text}; ${asn.text}`);
  note("reading networks …");
  const networks = await readNetworks(geo, countries);
  const runs: Run[] = [];
  for (const seed of seeds) {
    note(`seed ${seed}`);
    runs.push(await run(geo, makeStream(seed, users, networks, geo)));
  }
  geo.close();
  const rows = runs.map(({ judged }) => measure(judged));
  const points = runs.map(({ judged }) => operatingPoint(judged));
  const judged = runs.flatMap((each) => each.judged);
  const text = `${tables(
    rows,
    points,
    runs.map(({ marginals }) => marginals),
  )}\n${reliabilityTable(judged)}`;
  process.stdout.write(`\n${text}`);
  if (out === undefined) return;
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "detection.md"), text);
  await writeFile(join(out, "detection.svg"), picture(meanRows(rows)));
  await writeFile(join(out, "detection.json"), `${judged.map((each) => JSON.stringify(each)).join("\n")}\n`);
}

if (process.argv.includes("--help")) process.stdout.write(`${help}\n`);
else await bench();
