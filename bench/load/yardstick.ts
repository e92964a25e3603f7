import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { create } from "@bufbuild/protobuf";
import postgres from "postgres";
import { EvaluateResponseSchema, EvaluationService } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { Verdict } from "../../gen/es/rupt/v2/risk_pb.js";
import { serveGrpc } from "../../server/transport/grpc.js";
import { serveHttp } from "../../server/transport/http.js";
import type { Endpoint } from "../../server/transport/pipeline.js";
import type { TrustedProxies } from "../../server/trusted-proxies.js";

/** Where the yardsticks listen. */
export interface YardstickPorts {
  /** `POST /insert` and `POST /select` of a bare node:http handler. */
  readonly bare: number;
  /** REST and Connect, with Evaluate answering at once. */
  readonly http: number;
  /** gRPC, with Evaluate answering at once. */
  readonly grpc: number;
}

/** A bare handler: one durable single-row INSERT, or one SELECT by key, for each request; the body is read and parsed. */
function bareHandler(sql: postgres.Sql): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const { user, ip } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const rows =
        request.url === "/insert"
          ? await sql`insert into yardstick (user_key, ip) values (${user}, ${ip}) returning id`
          : await sql`select id, ip from yardstick where id = ${1 + Math.floor(Math.random() * 1000)}`;
      const text = JSON.stringify(rows[0] ?? {});
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      });
      response.end(text);
    });
  };
}

/** Evaluate over the transports of the server, but answering a constant: what the transport alone costs. */
function trivialEndpoint(): Endpoint {
  const method = EvaluationService.method.evaluate;
  const answer = create(EvaluateResponseSchema, {
    verdict: Verdict.ALLOW,
    evaluationId: "01890a5d-ac96-774b-bcce-b302099a8057",
  });
  return {
    method,
    async call(_, read) {
      await read();
      return answer;
    },
  };
}

/** Serves the yardsticks until the process is ended; tells its parent the ports. */
export async function serveYardsticks(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 10, onnotice: () => {} });
  await sql`create table if not exists yardstick (id bigint generated always as identity primary key, user_key text, ip text, at timestamptz default now())`;
  await sql`insert into yardstick (user_key, ip) select 'u', '8.8.8.8' from generate_series(1, 1000)`;
  const bare = createServer(bareHandler(sql));
  await new Promise<void>((resolve) => bare.listen(0, "127.0.0.1", resolve));
  const endpoints = [trivialEndpoint()];
  const proxies: TrustedProxies = { has: () => false };
  const http = await serveHttp({
    endpoints,
    pages: [],
    host: "127.0.0.1",
    port: 0,
    tls: undefined,
    proxies,
    ownOrigin: undefined,
    isOriginAllowed: async () => false,
  });
  const grpc = await serveGrpc({ endpoints, host: "127.0.0.1", port: 0, tls: undefined, proxies });
  const ports: YardstickPorts = {
    bare: (bare.address() as AddressInfo).port,
    http: http.port,
    grpc: grpc.port,
  };
  process.send?.(ports);
}
