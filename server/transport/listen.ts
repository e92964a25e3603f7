import type { AddressInfo, Server } from "node:net";
import { StartError } from "../errors.js";

/** Where a server listens. */
export interface Place {
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  /** What for, in the words of an error. */
  readonly purpose: "HTTP" | "gRPC" | "metrics";
}

const variables = { HTTP: "PORT", gRPC: "GRPC_PORT", metrics: "METRICS_PORT" } as const;

/** Says why a server cannot listen, and what to do. */
export function cannotListen({ host, port, purpose }: Place, cause: Error): StartError {
  return new StartError(
    `cannot listen on ${host}:${port} for ${purpose}: ${cause.message}. Free the port, or set ${variables[purpose]} to another one; 0 picks a free one.`,
    { cause },
  );
}

/** Lets a server listen; answers its port. Rejects with StartError. */
export async function listen(server: Server, place: Place): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(place, error)));
    server.listen(place.port, place.host, resolve);
  });
  return (server.address() as AddressInfo).port;
}
