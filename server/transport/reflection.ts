import { create, type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { handleBidiStreamingCall, Server, ServiceDefinition } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { file_google_rpc_error_details } from "../../gen/es/google/rpc/error_details_pb.js";
import type { Endpoint } from "./pipeline.js";

/** All proto files that the services and the details of their errors rest on. */
function filesOf(endpoints: readonly Endpoint[]): readonly DescFile[] {
  const files = new Set<DescFile>();
  const add = (file: DescFile) => {
    if (files.has(file)) return;
    file.dependencies.forEach(add);
    files.add(file);
  };
  for (const { method } of endpoints) add(method.parent.file);
  add(file_google_rpc_error_details);
  return [...files];
}

/** What the package keeps to itself: the bytes that it answers for each file. */
interface Implementation {
  readonly fileEncodings: Map<{ readonly name: string }, Uint8Array>;
}

/** The package's service for these files. Making it takes as long as all else that a start does. */
function reflectionOf(endpoints: readonly Endpoint[]): ReflectionService {
  const files = new Map(
    filesOf(endpoints).map((file) => [
      file.proto.name,
      Buffer.from(toBinary(FileDescriptorProtoSchema, create(FileDescriptorProtoSchema, file.proto))),
    ]),
  );
  const described = {
    type: {},
    format: "Protocol Buffer 3 DescriptorProto",
    fileDescriptorProtos: [...files.values()],
  };
  const services = [...new Set(endpoints.map(({ method }) => method.parent.typeName))];
  const reflection = new ReflectionService({ rupt: described as never }, { services });
  // The package writes each file anew and loses all custom options: the REST routes, the limits, the rights. So it is given ours back.
  const { v1, v1Alpha } = reflection as unknown as Record<"v1" | "v1Alpha", Implementation>;
  for (const { fileEncodings } of [v1, v1Alpha]) {
    for (const file of fileEncodings.keys())
      fileEncodings.set(file, files.get(file.name) ?? new Uint8Array());
  }
  return reflection;
}

type Info = handleBidiStreamingCall<unknown, unknown>;

/** A version of the service as the package would serve it. */
interface Version {
  readonly method: ServiceDefinition[string];
  readonly handle: Info;
}

/** What the package would add to a server, by path. */
function versionsOf(reflection: ReflectionService): ReadonlyMap<string, Version> {
  const versions = new Map<string, Version>();
  reflection.addToServer({
    addService(definition, implementation) {
      for (const [name, method] of Object.entries(definition))
        versions.set(method.path, { method, handle: implementation[name] as Info });
    },
  });
  return versions;
}

/** Adds the standard reflection service, versions 1 and 1alpha: the services by name, and the files that describe them. It is made when first asked. */
export function addReflection(server: Server, endpoints: readonly Endpoint[]): void {
  let versions: ReadonlyMap<string, Version> | undefined;
  for (const name of ["v1", "v1alpha"]) {
    const path = `/grpc.reflection.${name}.ServerReflection/ServerReflectionInfo`;
    const made = (): Version => {
      versions ??= versionsOf(reflectionOf(endpoints));
      const version = versions.get(path);
      if (version === undefined) throw new Error(`the package serves no ${path}`);
      return version;
    };
    const method: ServiceDefinition[string] = {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: (message: unknown) => made().method.requestSerialize(message),
      requestDeserialize: (bytes) => made().method.requestDeserialize(bytes),
      responseSerialize: (message: unknown) => made().method.responseSerialize(message),
      responseDeserialize: (bytes) => made().method.responseDeserialize(bytes),
    };
    const handle: Info = (call) => made().handle(call);
    server.addService({ ServerReflectionInfo: method }, { ServerReflectionInfo: handle });
  }
}
