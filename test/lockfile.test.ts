import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly optionalDependencies?: Readonly<Record<string, string>>;
        readonly engines?: { readonly node?: string };
      }
    >
  >;
}

const lock: Lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));

test("no package of the lock file wants a newer Node than 20, so `npm ci` warns of none", () => {
  const newer = Object.entries(lock.packages).filter(
    ([, { engines }]) => Number(/^>=? ?(\d+)/.exec(engines?.node ?? "")?.[1] ?? 0) > 20,
  );
  expect(newer.map(([path]) => path)).toEqual([]);
});

test("the lock file holds the optional packages of every platform, or `npm ci` refuses it", () => {
  const locked = new Set(
    Object.keys(lock.packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13)),
  );
  const missing = Object.values(lock.packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !locked.has(name));
  expect(missing).toEqual([]);
});
