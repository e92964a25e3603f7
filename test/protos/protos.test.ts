import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = new URL("../../", import.meta.url).pathname;
/** A copy of what a caller takes of this repository, as from an archive. */
let copy: string;

/** Runs buf in the copy with no home, no account and no way to a network. */
function buf(args: readonly string[], cwd = copy): Promise<{ exitCode: number; output: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: copy,
    HTTPS_PROXY: "http://127.0.0.1:1",
    HTTP_PROXY: "http://127.0.0.1:1",
  };
  return new Promise((resolve) => {
    execFile("buf", args, { cwd, env }, (error, stdout, stderr) =>
      resolve({ exitCode: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }),
    );
  });
}

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "rupt-archive-"));
  await cp(join(root, "proto"), join(copy, "proto"), { recursive: true });
  await cp(join(root, "buf.yaml"), join(copy, "buf.yaml"));
});
afterAll(() => rm(copy, { recursive: true, force: true }));

async function descriptors() {
  const built = await buf(["build", "--as-file-descriptor-set", "-o", "all.binpb"]);
  expect(built).toEqual({ exitCode: 0, output: "" });
  return fromBinary(FileDescriptorSetSchema, await readFile(join(copy, "all.binpb"))).file;
}

describe("the protos as they lie in an archive", () => {
  test("generate code with no registry, account or network", async () => {
    const template = { version: "v2", plugins: [{ local: "protoc-gen-es", out: "out" }] };
    expect(await buf(["generate", "--template", JSON.stringify(template)])).toEqual({
      exitCode: 0,
      output: "",
    });
    expect(await readdir(join(copy, "out/rupt/v2"))).toContain("evaluation_service_pb.js");
  });

  test("generate code from the folder of protos alone", async () => {
    const template = {
      version: "v2",
      plugins: [{ local: "protoc-gen-es", out: "out" }],
      inputs: [{ directory: ".", paths: ["rupt"] }],
    };
    const alone = join(copy, "proto");
    expect(await buf(["generate", "--template", JSON.stringify(template)], alone)).toEqual({
      exitCode: 0,
      output: "",
    });
    expect(await readdir(join(alone, "out/rupt/v2"))).toContain("evaluation_service_pb.js");
    await rm(join(alone, "out"), { recursive: true });
  });

  test("take other package names by managed mode, as the documentation has it; google's files keep theirs", async () => {
    const documented = await readFile(join(root, "docs/clients.md"), "utf8");
    const { managed } = parse(/^managed:\n(?:[ ].*\n)+/m.exec(documented)?.[0] ?? "");
    expect(managed.enabled).toBe(true);
    await writeFile(
      join(copy, "options.mjs"),
      `import { fromBinary } from "${root}node_modules/@bufbuild/protobuf/dist/esm/index.js";
       import { CodeGeneratorRequestSchema } from "${root}node_modules/@bufbuild/protobuf/dist/esm/wkt/index.js";
       const chunks = [];
       for await (const chunk of process.stdin) chunks.push(chunk);
       const { protoFile } = fromBinary(CodeGeneratorRequestSchema, Buffer.concat(chunks));
       console.error(JSON.stringify(protoFile.map(({ name, options }) => [name, options.goPackage])));`,
    );
    const plugin = { local: [process.execPath, "options.mjs"], out: "out", strategy: "all" };
    const { output } = await buf([
      "generate",
      "--template",
      JSON.stringify({ version: "v2", managed, plugins: [plugin] }),
    ]);
    // buf starts the plugin once for each module.
    const found = new Map<string, string>(
      output.split("\n").flatMap((line) => (line.startsWith("[") ? JSON.parse(line) : [])),
    );
    expect(found.get("rupt/v2/risk.proto")).toBe("example.com/you/gen/rupt/v2;ruptv2");
    expect(found.get("google/api/http.proto")).toBe(
      "google.golang.org/genproto/googleapis/api/annotations;annotations",
    );
  });

  test("name the packages of generated code, all files alike", async () => {
    const ours = (await descriptors()).filter(({ name }) => name.startsWith("rupt/"));
    expect(ours.length).toBeGreaterThan(0);
    for (const { name, options } of ours) {
      expect(options, name).toMatchObject({
        goPackage: "rupt.com/go/rupt/v2;ruptv2",
        javaPackage: "com.rupt.v2",
        javaMultipleFiles: true,
        // Left to the generator, which makes it from the file's name: a copied one could not be generated.
        javaOuterClassname: "",
        csharpNamespace: "Rupt.V2",
        phpNamespace: "Rupt\\V2",
        phpMetadataNamespace: "Rupt\\V2\\GPBMetadata",
        rubyPackage: "Rupt::V2",
      });
    }
  });
});

describe("buf breaking against the last release", () => {
  const breaking = async () => {
    const built = await buf(["build", "--path", "proto/rupt", "-o", "today.binpb"]);
    return built.exitCode === 0
      ? buf(["breaking", "today.binpb", "--against", "proto/baseline.binpb"])
      : built;
  };
  const file = "proto/rupt/v2/evaluation_service.proto";

  test("lets the protos of today through", async () => {
    expect(await breaking()).toEqual({ exitCode: 0, output: "" });
  });

  test.each([
    ["a field that is gone", "  double score = 7;", ""],
    ["another number", "double score = 7;", "double score = 70;"],
    ["another name", "double score = 7;", "double points = 7;"],
    ["another type", "double score = 7;", "string score = 7;"],
    ["a method that is gone", "rpc GetEvaluation(", "rpc ReadEvaluation("],
  ])("refuses %s", async (_, before, after) => {
    const text = await readFile(join(copy, file), "utf8");
    expect(text).toContain(before);
    await writeFile(join(copy, file), text.replace(before, after));
    try {
      const { exitCode, output } = await breaking();
      expect(exitCode).not.toBe(0);
      expect(output).toContain("evaluation_service.proto");
    } finally {
      await writeFile(join(copy, file), text);
    }
  });
});

describe("the service config", () => {
  interface MethodConfig {
    readonly name: readonly { service?: string; method?: string }[];
    readonly timeout: string;
    readonly retryPolicy?: object;
  }
  /** Not marked as safe to repeat in the protos, but safe: by an idempotency key, or because the second time changes nothing. */
  const repeatable = [
    "Evaluate",
    "ConsumeEvaluation",
    "CompleteChallenge",
    "ForgetDevice",
    "EraseUser",
    "TestPolicy",
  ];

  test("gives every method a deadline, and retries what may be repeated and nothing else", async () => {
    const text = await readFile(join(root, "proto/rupt/v2/rupt_grpc_service_config.json"), "utf8");
    const { methodConfig } = JSON.parse(text) as { methodConfig: readonly MethodConfig[] };
    expect(methodConfig.at(-1)).toEqual({ name: [{}], timeout: "15s" });
    const mayBeRepeated = (await descriptors()).flatMap(({ package: name, service }) =>
      service.flatMap(({ name: serviceName, method }) =>
        method
          .filter(
            ({ name: methodName, options }) =>
              repeatable.includes(methodName) ||
              (options !== undefined &&
                options.idempotencyLevel !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN),
          )
          .map(({ name: methodName }) => ({ service: `${name}.${serviceName}`, method: methodName })),
      ),
    );
    const retried = methodConfig.flatMap(({ name, retryPolicy }) => (retryPolicy === undefined ? [] : name));
    const words = (names: readonly { service?: string; method?: string }[]) =>
      names.map(({ service, method }) => `${service}/${method}`).sort();
    expect(words(retried)).toEqual(words(mayBeRepeated));
  });
});
