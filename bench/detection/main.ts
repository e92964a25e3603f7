import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openGeo } from "../../server/outbound/geo/open-geo.js";
import { readNetworks } from "./networks.js";
import { measure, operatingPoint, picture, tables } from "./report.js";
import { askPublished, askService } from "./run.js";
import { startService } from "./service.js";
import { countries, makeStream } from "./stream.js";

const help = `npm run bench:detection -- [--users N] [--seed N] [--out FOLDER]

Sends a synthetic stream of logins and attacks, made after published marginals, through the real service in the order of time, and measures how well
attacks are told from logins; beside it the published model on the same stream. Owners complete their challenges, attackers never do.

  --users N     accounts, each attacked once (default 800: about 17,000 logins)
  --seed N      another stream (default 1)
  --out FOLDER  also writes detection.md, detection.svg and detection.json there`;

function option(name: string, fallback: number): number {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? fallback : Number(process.argv[place + 1]);
}

async function bench(): Promise<void> {
  const [users, seed] = [option("users", 800), option("seed", 1)];
  const outPlace = process.argv.indexOf("--out");
  const out = outPlace < 0 ? undefined : process.argv[outPlace + 1];
  const note = (text: string) => process.stderr.write(`${text}\n`);

  const geo = await openGeo();
  const { city, asn } = geo.status();
  if (!city.loaded || !asn.loaded)
    throw new Error(`the bench needs both databases: ${city.text}; ${asn.text}`);
  note("reading networks …");
  const stream = makeStream(seed, users, await readNetworks(geo, countries), geo);
  note(
    `${stream.length} attempts of ${users} users, from ${new Date(stream[0]?.at ?? 0).toISOString().slice(0, 10)} on`,
  );
  const { scores, marginals } = askPublished(geo, stream);
  const service = await startService(geo);
  try {
    const begun = Date.now();
    const judged = await askService(service, stream, scores, (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${stream.length} sent`);
    });
    note(`\nsent in ${Math.round((Date.now() - begun) / 1000)} s`);
    const rows = measure(judged);
    const text = tables(rows, operatingPoint(judged), marginals);
    process.stdout.write(`\n${text}`);
    if (out !== undefined) {
      await mkdir(out, { recursive: true });
      await writeFile(join(out, "detection.md"), text);
      await writeFile(join(out, "detection.svg"), picture(rows));
      await writeFile(
        join(out, "detection.json"),
        `${judged.map((each) => JSON.stringify(each)).join("\n")}\n`,
      );
    }
  } finally {
    await service.stop();
    geo.close();
  }
}

if (process.argv.includes("--help")) process.stdout.write(`${help}\n`);
else await bench();
