import { parseFingerprint } from "../../server/device/fingerprint.js";
import { assumedFrequency, countFrequency } from "../../server/device/frequency.js";
import { createSightDevice } from "../../server/service/sight-device.js";
import { encodeReadings } from "../../server/store/postgres/device-codec.js";
import { postgresDeviceStore } from "../../server/store/postgres/postgres-device-store.js";
import { postgresEvaluationStore } from "../../server/store/postgres/postgres-evaluation-store.js";
import { createBrowser } from "./browser.js";
import { drawDesktop, drawHome, drawMobile } from "./machine.js";
import { fingerprintOf, instantOf } from "./pure.js";
import { seeded } from "./random.js";
import { type BenchService, startBenchService } from "./service.js";
import { createWorld } from "./world.js";

const sizes = [1_000, 100_000, 1_000_000] as const;
const desktopShare = 0.28;
const rounds = 400;

const world = createWorld("scale");

/** The fingerprint of the device of that number. */
function fingerprintOfDevice(index: number): readonly string[] {
  const random = seeded(`scale ${index}`);
  const machine = random.chance(desktopShare) ? drawDesktop(random) : drawMobile(random);
  return fingerprintOf(createBrowser(machine, drawHome(random), world, random, 100).visit(100));
}

const batch = 2_000;

/** Loads devices `from` to `to` as they would be after a first login each. */
async function load(service: BenchService, projectId: string, from: number, to: number): Promise<void> {
  const { sql, keys } = service.foundation;
  const sight = createSightDevice(keys, () => assumedFrequency);
  const at = instantOf(0);
  for (let start = from; start < to; start += batch) {
    const rows: { id: string; readings: unknown; paths: string[] }[] = [];
    for (let index = start; index < Math.min(to, start + batch); index++) {
      const fingerprint = parseFingerprint(fingerprintOfDevice(index), undefined);
      const shown = { projectId, userKey: "loader", fingerprint, deviceToken: undefined, now: at + index };
      const change = sight(shown)?.settle({ devices: [], identities: [] }, new Set()).keep(true);
      if (change === undefined) throw new Error("the generator made a browser without traits");
      const paths = change.addPaths.map((key) => Buffer.from(key).toString("hex"));
      rows.push({
        id: change.device.deviceId,
        readings: encodeReadings(change.device.readings).toString("hex"),
        paths,
      });
    }
    await sql`
      with made as materialized (
        select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as x (id uuid, readings text, paths text[])),
      kept as (
        insert into devices (project_id, device_id, version, first_seen_at, last_seen_at, readings)
        select ${projectId}::uuid, id, 1, ${at}::timestamptz, ${at}::timestamptz, decode(readings, 'hex') from made)
      insert into device_paths (project_id, path_key, device_id)
      select ${projectId}::uuid, decode(hex, 'hex'), id from made, unnest(paths) as hex`;
  }
  await sql`analyze devices (project_id, device_id)`;
  await sql`analyze device_paths`;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const since = (begun: number): number => performance.now() - begun;

/**
 * Measures what a fingerprint costs the server, in milliseconds: on the processor (concealing, weighing, naming) and in the one statement that
 * reads, which it makes longer. One after the other and alternating, so that a busy machine slows all alike; medians.
 */
async function measure({ foundation }: BenchService, projectId: string, size: number) {
  const { sql, keys } = foundation;
  const store = postgresEvaluationStore(sql);
  const frequency = countFrequency(await postgresDeviceStore(sql).sample(projectId, 2_000));
  const sightDevice = createSightDevice(keys, () => frequency);
  const times = { bare: [] as number[], read: [] as number[], processor: [] as number[] };
  let candidates = 0;
  for (let round = 0; round < rounds; round++) {
    const userKey = `scale-${size}-${round}`;
    const now = instantOf(1);
    const common = {
      userKey,
      counterKeys: [],
      idempotencyKeys: [],
      now,
    };
    // A machine that is known for somebody else, which looks farthest.
    const entries = fingerprintOfDevice((round * 7_919) % size);

    let begun = performance.now();
    await store.recall(projectId, [{ ...common, device: undefined }]);
    times.bare.push(since(begun));

    begun = performance.now();
    const fingerprint = parseFingerprint(entries, undefined);
    const sighting = sightDevice({ projectId, userKey, fingerprint, deviceToken: undefined, now });
    const before = since(begun);

    begun = performance.now();
    const [memories] = await store.recall(projectId, [{ ...common, device: sighting?.lookup }]);
    if (memories === undefined) throw new Error("nothing was recalled");
    times.read.push(since(begun));

    begun = performance.now();
    sighting?.settle(memories.device, new Set()).keep(true);
    times.processor.push(before + since(begun));
    candidates += memories.device.devices.length;
  }
  return {
    bare: median(times.bare),
    read: median(times.read) - median(times.bare),
    processor: median(times.processor),
    candidates: candidates / rounds,
  };
}

/** Loads 1,000, 100,000 and 1,000,000 devices into one project; prints what a fingerprint adds at each size, and the plan of the read at the last. */
export async function measureScale(print: (text: string) => void, mostDevices: number): Promise<void> {
  const service = await startBenchService(instantOf(120));
  try {
    const { projectId } = await service.project("scale");
    print(
      "| Devices in the project | Reading without a fingerprint | A fingerprint adds, reading | on the processor | in all | Devices compared |",
    );
    print("| --- | --- | --- | --- | --- | --- |");
    let loaded = 0;
    for (const size of sizes.filter((each) => each <= mostDevices)) {
      await load(service, projectId, loaded, size);
      loaded = size;
      const { bare, read, processor, candidates } = await measure(service, projectId, size);
      const cells = [bare, read, processor, read + processor].map((ms) => `${ms.toFixed(2)} ms`);
      print(`| ${size.toLocaleString("en")} | ${cells.join(" | ")} | ${candidates.toFixed(1)} |`);
    }
    await printPlan(service, projectId, print);
  } finally {
    await service.stop();
  }
}

/** The statement that reads for a judgement, as PostgreSQL carried it out. */
async function printPlan(
  { foundation: { sql } }: BenchService,
  projectId: string,
  print: (text: string) => void,
) {
  const rows = await sql<{ path: string }[]>`
    select encode(path_key, 'hex') as path from device_paths where project_id = ${projectId} order by path_key desc limit 3`;
  const plan = await sql`
    explain (analyze, buffers, costs off)
    select d.device_id, d.version, d.readings
    from (
      select found.device_id
      from unnest(${rows.map(({ path }) => path)}::text[]) as k (hex)
      cross join lateral (
        select p.device_id, count(*) over () as along
        from (
          select device_id from device_paths
          where project_id = ${projectId} and path_key = decode(k.hex, 'hex') limit 9) p) found
      where found.along < 9) c
    cross join lateral (
      select device_id, version, readings from devices
      where project_id = ${projectId} and device_id = c.device_id limit 1) d`;
  print("\nHow the devices that three paths lead to are read:\n");
  for (const line of plan) print(`    ${Object.values(line).join("")}`);
}
