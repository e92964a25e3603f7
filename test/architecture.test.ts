import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Who may import whom: a room, and the rooms that its files may name. A room may always import itself. */
interface Room {
  readonly name: string;
  /** Paths that belong to it; the first room that fits a path has it. */
  readonly holds: RegExp;
  readonly mayImport: readonly string[];
}

const ground = ["batch", "clock", "config", "errors", "ids", "keys", "log", "metrics"];
const domain = ["risk", "device", "challenge"];

const rooms: readonly Room[] = [
  // The processes and what puts them together: the only places that name concrete stores and channels.
  {
    name: "process",
    holds: /^server\/(main|rupt|serve|workers|welcome|app|fault-text)\.ts$/,
    mayImport: ["*"],
  },
  {
    // A line of an import is read as the body of a REST call is.
    name: "cli",
    holds: /^server\/cli\//,
    mayImport: [
      "foundation",
      "transport",
      "rpc",
      "service",
      "store",
      "store/postgres",
      "outbound/geo",
      "outbound/anonymity",
      ...domain,
      ...ground,
    ],
  },
  {
    name: "foundation",
    holds: /^server\/foundation\.ts$/,
    mayImport: [
      "master-key-file",
      "service",
      "store",
      "store/postgres",
      "store/embedded-postgres",
      ...ground,
    ],
  },
  { name: "master-key-file", holds: /^server\/master-key-file\.ts$/, mayImport: [] },

  { name: "batch", holds: /^server\/batch\.ts$/, mayImport: ["errors"] },
  { name: "clock", holds: /^server\/clock\.ts$/, mayImport: [] },
  { name: "errors", holds: /^server\/errors\.ts$/, mayImport: [] },
  { name: "log", holds: /^server\/log\.ts$/, mayImport: [] },
  { name: "metrics", holds: /^server\/metrics\.ts$/, mayImport: [] },
  { name: "ids", holds: /^server\/ids\.ts$/, mayImport: ["clock"] },
  { name: "hmac", holds: /^server\/hmac\.ts$/, mayImport: [] },
  { name: "keys", holds: /^server\/keys\.ts$/, mayImport: ["hmac"] },
  { name: "public-url", holds: /^server\/public-url\.ts$/, mayImport: ["config"] },
  { name: "sms-url", holds: /^server\/sms-url\.ts$/, mayImport: [] },
  { name: "trusted-proxies", holds: /^server\/trusted-proxies\.ts$/, mayImport: [] },
  {
    name: "config",
    holds: /^server\/config\.ts$/,
    mayImport: ["log", "trusted-proxies", "sms-url"],
  },

  { name: "rpc/context", holds: /^server\/rpc\/context\.ts$/, mayImport: ["service/authenticate"] },
  {
    name: "service/authenticate",
    holds: /^server\/service\/authenticate\.ts$/,
    mayImport: ["challenge", "store", ...ground],
  },
  {
    name: "transport",
    holds: /^server\/transport\//,
    mayImport: [
      "rpc/context",
      "service/authenticate",
      "gen",
      "trusted-proxies",
      "outbound/delivery",
      ...ground,
    ],
  },
  {
    name: "rpc",
    holds: /^server\/rpc\//,
    mayImport: ["rpc/context", "service", "store", "gen", ...domain, ...ground],
  },
  {
    name: "service",
    holds: /^server\/service\//,
    mayImport: [
      "service/authenticate",
      "store",
      "outbound/delivery",
      "outbound/geo",
      "outbound/anonymity",
      ...domain,
      ...ground,
    ],
  },

  { name: "risk", holds: /^server\/risk\//, mayImport: [] },
  // An instant is a word that tokens need, too.
  { name: "device", holds: /^server\/device\//, mayImport: ["clock"] },
  { name: "challenge", holds: /^server\/challenge\//, mayImport: [] },

  { name: "store/postgres", holds: /^server\/store\/postgres\//, mayImport: ["store", ...domain, ...ground] },
  { name: "store/embedded-postgres", holds: /^server\/store\/embedded-postgres\//, mayImport: [] },
  { name: "store", holds: /^server\/store\/[^/]+$/, mayImport: [...domain, ...ground] },
  {
    name: "outbound/delivery",
    holds: /^server\/outbound\/delivery\//,
    mayImport: ["challenge", "sms-url", ...ground],
  },
  { name: "outbound/geo", holds: /^server\/outbound\/geo\//, mayImport: ["risk", ...ground] },

  {
    name: "outbound/anonymity",
    holds: /^server\/outbound\/anonymity\//,
    mayImport: ["outbound/geo", "risk", ...ground],
  },

  { name: "gen", holds: /^gen\//, mayImport: [] },
  { name: "clients/browser", holds: /^clients\/browser\//, mayImport: ["gen"] },
  { name: "clients/node", holds: /^clients\/node\//, mayImport: ["gen"] },
  { name: "clients/challenge-page", holds: /^clients\/challenge-page\//, mayImport: ["gen"] },
  { name: "clients/demo", holds: /^clients\/demo\//, mayImport: ["clients/node", "clients/browser"] },
];

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^;"']*?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter(
      (path) => /\.ts$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path) && !path.endsWith(".d.ts"),
    );
}

const isTest = (path: string) =>
  path.endsWith(".test.ts") || /^clients\/[^/]+\/test\//.test(path) || path.endsWith("-fixture.ts");

/** The files of ours that a file imports; with `running`, only those that are still there when the program runs. */
function importsOf(path: string, running = false): readonly string[] {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(importPattern)].flatMap(([statement, named, dynamic]) => {
    const target = named ?? dynamic ?? "";
    if (!target.startsWith(".") || (running && /^\s*(import|export) type\b/.test(statement))) return [];
    return [normalize(join(dirname(path), target)).replace(/\.m?js$/, ".ts")];
  });
}

const files = [...sourcesBelow("server"), ...sourcesBelow("clients")].filter((path) => !isTest(path));
const roomOf = (path: string): Room | undefined => rooms.find(({ holds }) => holds.test(path));

describe("the house", () => {
  test("every file has a room", () => {
    expect(files.filter((path) => roomOf(path) === undefined)).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  });

  test("no file imports a room that its own may not", () => {
    const wrong = files.flatMap((path) => {
      const room = roomOf(path);
      return importsOf(path)
        .filter((target) => {
          const other = roomOf(target);
          if (room === undefined || other === undefined || room === other) return false;
          return !room.mayImport.includes("*") && !room.mayImport.includes(other.name);
        })
        .map((target) => `${path} -> ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test("every import of ours names a file that is there, and no test", () => {
    const known = new Set([...files, ...sourcesBelow("gen")]);
    const wrong = files.flatMap((path) =>
      importsOf(path)
        .filter((target) => target.endsWith(".ts") && !known.has(target))
        .map((target) => `${path} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test("no imports go in a circle", () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (path: string, trail: readonly string[]) => {
      if (trail.includes(path)) {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
        return;
      }
      if (done.has(path)) return;
      for (const target of importsOf(path, true)) if (files.includes(target)) walk(target, [...trail, path]);
      done.add(path);
    };
    for (const path of files) walk(path, []);
    expect(circles).toEqual([]);
  });

  test("only transport, rpc and the clients know the generated code", () => {
    const knowing = files.filter((path) => importsOf(path).some((target) => target.startsWith("gen/")));
    const others = knowing.filter(
      (path) => !/^(server\/(transport|rpc)\/|server\/app\.ts$|clients\/)/.test(path),
    );
    expect(others).toEqual([]);
  });

  test("getHash does not even know the generated code", () => {
    const seen = new Set<string>();
    const walk = (path: string) => {
      if (seen.has(path)) return;
      seen.add(path);
      importsOf(path).forEach((target) => {
        if (files.includes(target) || target.startsWith("gen/")) walk(target);
      });
    };
    walk("clients/browser/src/index.ts");
    expect([...seen].filter((path) => path.startsWith("gen/"))).toEqual([]);
    expect(seen.size).toBeGreaterThan(5);
  });

  test("nothing is called by a name that says nothing", () => {
    const vague = /(^|[/-])(utils?|helpers?|lib|common|managers?|misc|shared)(\.|\/|$)/;
    expect([...files, ...sourcesBelow("test")].filter((path) => vague.test(relative(".", path)))).toEqual([]);
  });

  test("the environment is read in one place", () => {
    const reading = files.filter(
      (path) => path.startsWith("server/") && /\bprocess\.env\b/.test(readFileSync(join(root, path), "utf8")),
    );
    // The processes hand it to `readConfig`; the clients of the command line do so through one file; a started program gets a clean one.
    const allowed = /^server\/(main|config|rupt|cli\/open|store\/embedded-postgres\/[a-z-]+)\.ts$/;
    expect(reading.filter((path) => !allowed.test(path))).toEqual([]);
  });

  test("only stores know SQL", () => {
    const speaking = files.filter((path) => /from "postgres"/.test(readFileSync(join(root, path), "utf8")));
    expect(speaking.filter((path) => !path.startsWith("server/store/"))).toEqual([]);
  });
});
