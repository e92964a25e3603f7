import { Agent, request } from "node:http";

/** POSTs JSON to a local server over connections that stay open. */
export interface Client {
  /** Answers the parsed body; rejects when the call fails. */
  post(path: string, body?: object): Promise<Readonly<Record<string, unknown>>>;
  close(): void;
}

/** Makes a client with a project's secret. */
export function clientAgent(port: number, secret: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? "" : JSON.stringify(body);
        const call = request(
          {
            host: "127.0.0.1",
            port,
            path,
            method: "POST",
            agent,
            headers: {
              authorization: `Bearer ${secret}`,
              ...(body === undefined ? {} : { "content-type": "application/json" }),
              "content-length": Buffer.byteLength(text),
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("end", () => {
              const answer = Buffer.concat(chunks).toString();
              if (response.statusCode === 200) resolve(JSON.parse(answer));
              else reject(new Error(`${path} answered ${response.statusCode}: ${answer}`));
            });
          },
        );
        call.on("error", reject);
        call.end(text);
      }),
    close: () => agent.destroy(),
  };
}
