import { once } from "node:events";
import { finished } from "node:stream/promises";
import { parseFingerprint } from "../../server/device/fingerprint.js";
import { assumedFrequency } from "../../server/device/frequency.js";
import { createSightDevice } from "../../server/service/sight-device.js";
import { encodeReadings } from "../../server/store/postgres/device-codec.js";
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

/** Loads devices `from` to `to` as they would be after a first login each. */
async function load(service: BenchService, projectId: string, from: number, to: number): Promise<void> {
  const { sql, keys } = service.foundation;
  const sight = createSightDevice(keys, () => assumedFrequency);
  const devices =
    await sql`copy devices (project_id, device_id, version, first_seen_at, last_seen_at, readings) from stdin`.writable();
  const paths = await sql`copy device_paths (project_id, path_key, device_id) from stdin`.writable();
  const at = instantOf(0);
  const stamp = new Date(at).toISOString();
  for (let index = from; index < to; index++) {
    const fingerprint = parseFingerprint(fingerprintOfDevice(index), undefined);
    const change = sight({
      projectId,
      userKey: "loader",
      fingerprint,
      deviceToken: undefined,
      now: at + index,
    })
      ?.settle({ devices: [], identities: [] }, new Set())
      .keep(true);
    if (change === undefined) continue;
    const { device, addPaths } = change;
    const readings = JSON.stringify(encodeReadings(device.readings)).replaceAll("\\", "\\\\");
    if (!devices.write(`${projectId}\t${device.deviceId}\t1\t${stamp}\t${stamp}\t${readings}\n`)) {
      await once(devices, "drain");
    }
    for (const key of addPaths) {
      const line = `${projectId}\t\\\\x${Buffer.from(key).toString("hex")}\t${device.deviceId}\n`;
      if (!paths.write(line)) await once(paths, "drain");
    }
  }
  devices.end();
  paths.end();
  await Promise.all([finished(devices), finished(paths)]);
  await sql`analyze devices`;
  await sql`analyze device_paths`;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Measures what a fingerprint adds to an evaluation, with and without devices that it leads to. In milliseconds. */
async function measure(service: BenchService, secret: string, size: number) {
  const times = { none: [] as number[], stranger: [] as number[], known: [] as number[] };
  const timed = async (into: number[], user: string, fingerprint: readonly string[] | undefined) => {
    const begun = performance.now();
    await service.post(secret, "/v2/evaluate", {
      action: "login",
      user,
      outcome: "failed",
      ip: "84.208.20.110",
      ...(fingerprint === undefined ? {} : { fingerprint }),
    });
    into.push(performance.now() - begun);
  };
  for (let round = 0; round < rounds; round++) {
    const user = `scale-${size}-${round}`;
    // One that was loaded, so that its paths lead somewhere, and the same again once it is the user's own.
    const fingerprint = fingerprintOfDevice((round * 7_919) % size);
    await timed(times.none, user, undefined);
    await timed(times.stranger, user, fingerprint);
    await timed(times.known, user, fingerprint);
  }
  const none = median(times.none);
  return { none, stranger: median(times.stranger) - none, known: median(times.known) - none };
}

/** Loads 1,000, 100,000 and 1,000,000 devices into one project; prints what matching adds at each size, and the plan of the read at the last. */
export async function measureScale(print: (text: string) => void): Promise<void> {
  const service = await startBenchService(instantOf(120));
  try {
    const { projectId, secret } = await service.project("scale");
    print(
      "| Devices in the project | Evaluate without fingerprint | with one of another device adds | with the user's own adds |",
    );
    print("| --- | --- | --- | --- |");
    let loaded = 0;
    for (const size of sizes) {
      await load(service, projectId, loaded, size);
      loaded = size;
      const { none, stranger, known } = await measure(service, secret, size);
      print(
        `| ${size.toLocaleString("en")} | ${none.toFixed(2)} ms | ${stranger.toFixed(2)} ms | ${known.toFixed(2)} ms |`,
      );
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
