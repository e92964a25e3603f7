import { createServer } from "node:http";
import { metricsType } from "../metrics.js";
import { requestTimeoutMs } from "./limits.js";
import { listen } from "./listen.js";

/** A running port for metrics. */
export interface MetricsPort {
  readonly port: number;
  close(): void;
}

/** Serves `GET /metrics` and nothing else, in clear: whoever reaches the port reads it. */
export async function serveMetrics({
  host,
  port,
  read,
}: {
  readonly host: string;
  readonly port: number;
  readonly read: () => Promise<string>;
}): Promise<MetricsPort> {
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
    (request, response) => {
      const answer = (status: number, type: string, text: string) => {
        response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
        response.end(request.method === "HEAD" ? undefined : text);
      };
      const plain = "text/plain; charset=utf-8";
      if (request.url?.split("?", 1)[0] !== "/metrics") answer(404, plain, "Only /metrics is here.\n");
      else if (request.method !== "GET" && request.method !== "HEAD") {
        response.setHeader("allow", "GET, HEAD");
        answer(405, plain, "Only GET and HEAD.\n");
      } else {
        read().then(
          (text) => answer(200, metricsType, text),
          () => answer(503, plain, "The workers did not answer in time; try again.\n"),
        );
      }
    },
  );
  const bound = await listen(server, { host, port, purpose: "metrics" });
  return {
    port: bound,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
