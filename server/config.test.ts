import { describe, expect, test } from "vitest";
import { ConfigError, readConfig, variables } from "./config.js";

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe("readConfig", () => {
  test("an empty environment is a development server on this machine alone", () => {
    expect(readConfig({})).toMatchObject({
      mode: "development",
      host: "127.0.0.1",
      port: 8080,
      grpcPort: 50051,
      tls: undefined,
      databaseUrl: undefined,
      masterKeys: undefined,
      bootstrapSecret: undefined,
      logFormat: "text",
      workers: 1,
    });
  });

  test("production listens to all and logs for machines", () => {
    expect(readConfig({ NODE_ENV: "production" })).toMatchObject({ host: "0.0.0.0", logFormat: "json" });
  });

  test.each(["development", "test"])("NODE_ENV=%s is development", (NODE_ENV) => {
    expect(readConfig({ NODE_ENV }).mode).toBe("development");
  });

  test("empty and blank values are as if not set", () => {
    expect(readConfig({ PORT: "", HOST: "  ", MASTER_KEYS: "", BOOTSTRAP_SECRET: " " })).toMatchObject({
      port: 8080,
      masterKeys: undefined,
      bootstrapSecret: undefined,
    });
  });

  test.each([
    ["PORT", "-1"],
    ["PORT", "65536"],
    ["PORT", "0x50"],
    ["PORT", "80.5"],
    ["DATABASE_POOL_SIZE", "0"],
    ["DATABASE_URL", "localhost:5432"],
    ["DATABASE_URL", "http://localhost"],
    ["DATABASE_PREPARE", "yes"],
    ["BOOTSTRAP_SECRET", "x".repeat(31)],
    ["BOOTSTRAP_SECRET", `${"x".repeat(32)} y`],
    ["BOOTSTRAP_SECRET", "ü".repeat(40)],
    ["BOOTSTRAP_SECRET", `ruptct_${"x".repeat(40)}`],
    ["MASTER_KEYS", `${"k".repeat(32)},short`],
    ["MASTER_KEYS", `${"k".repeat(32)},`],
    ["SMTP_URL", "mail.example.com"],
    ["LOG_LEVEL", "verbose"],
    ["NODE_ENV", "prod"],
    ["NODE_ENV", "Production"],
    ["NODE_ENV", "staging"],
    ["RETENTION_DAYS", "0"],
  ])("%s=%s is refused, by name and without its value", (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    if (value.length > 8) expect(problems[0]).not.toContain(value);
  });

  test("keys are split, trimmed and kept in their order", () => {
    const [one, two] = ["a".repeat(32), "b".repeat(40)];
    expect(readConfig({ MASTER_KEYS: ` ${one} , ${two} ` }).masterKeys).toEqual([one, two]);
  });

  test("each variable is documented once, with its meaning", () => {
    const names = variables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, meaning } of variables) {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
      expect(meaning.length).toBeGreaterThan(10);
    }
  });
});
