import { create, type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { Server } from "@grpc/grpc-js";
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

/** Adds the standard reflection service, versions 1 and 1alpha: the services by name, and the files that describe them. */
export function addReflection(server: Server, endpoints: readonly Endpoint[]): void {
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
  reflection.addToServer(server);
}
