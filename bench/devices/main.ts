import { parseArgs } from "node:util";
import { measureImpostors } from "./impostors.js";
import { instantOf } from "./pure.js";
import { equality, type Linker, publishedRules } from "./references.js";
import { replay } from "./replay.js";
import { measureScale } from "./scale.js";
import { startBenchService } from "./service.js";
import { createVisits, type Visit } from "./stream.js";
import { measureTracking, type Tracking } from "./tracking.js";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "bench" },
    users: { type: "string", default: "200" },
    every: { type: "string", default: "1,2,3,5,7,10,15,20" },
    scale: { type: "boolean", default: false },
    devices: { type: "string", default: "1000000" },
  },
});

const print = (text: string) => process.stdout.write(`${text}\n`);

const row = (
  every: string,
  name: string,
  { possibleDays, trackedDays, idsPerBrowser, ownership }: Tracking,
) =>
  `| ${every} | ${name} | ${trackedDays.toFixed(1)} of ${possibleDays.toFixed(1)} | ${((100 * trackedDays) / possibleDays).toFixed(1)} % | ${idsPerBrowser.toFixed(2)} | ${ownership.toFixed(4)} |`;

const references: readonly (readonly [string, () => Linker])[] = [
  ["equality", () => equality(false)],
  ["equality within the user", () => equality(true)],
  ["published rules", () => publishedRules(false)],
  ["published rules within the user", () => publishedRules(true)],
];

function only(kind: Visit["kind"], visits: readonly Visit[], ids: readonly string[]): Tracking {
  const kept = visits.flatMap((visit, index) => (visit.kind === kind ? [index] : []));
  return measureTracking(
    kept.flatMap((index) => visits[index] ?? []),
    kept.map((index) => ids[index] ?? ""),
  );
}

async function track(): Promise<void> {
  const service = await startBenchService(instantOf(0));
  print("| Days between visits | | Longest tracked days | Share | Ids per browser | Ownership |");
  print("| --- | --- | --- | --- | --- | --- |");
  try {
    for (const every of values.every.split(",")) {
      const visits = createVisits({
        seed: values.seed,
        users: Number(values.users),
        everyDays: Number(every),
      });
      for (const [name, make] of references) {
        print(row(every, name, measureTracking(visits, visits.map(make()))));
      }
      const ids = await replay(service, visits);
      print(row(every, "**this service**", measureTracking(visits, ids)));
      print(row(every, "… its desktops", only("desktop", visits, ids)));
      print(row(every, "… its phones", only("phone", visits, ids)));
    }
  } finally {
    await service.stop();
  }
  print("\n| Another person's | | Passes for the owner's |");
  print("| --- | --- | --- |");
  for (const { kind, likeness, attempts, passed } of measureImpostors(values.seed, 3_000)) {
    print(
      `| ${kind} | ${likeness} | ${((100 * passed) / attempts).toFixed(2)} % of ${attempts.toLocaleString("en")} |`,
    );
  }
}

if (values.scale) await measureScale(print, Number(values.devices));
else await track();
