import { connect, type Socket } from "node:net";

/** What a call answered, and how long it took. */
export interface Answer {
  readonly ms: number;
  readonly body: Record<string, unknown>;
}

/** One caller with a connection of its own, who waits for each answer. It does as little as possible: it shares the processors with the server. */
export interface Caller {
  post(path: string, body: unknown): Promise<Answer>;
  close(): void;
}

function parse(received: string): string | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(received.slice(0, end))?.[1] ?? 0);
  const body = received.slice(end + 4);
  return Buffer.byteLength(body) < length ? undefined : body;
}

/** Makes a caller; connects when first used, and again after the server has closed an idle connection. */
export function makeCaller(port: number, secret: string): Caller {
  let socket: Socket | undefined;
  const open = (): Socket => {
    const opened = connect({ port, host: "127.0.0.1", noDelay: true }).setEncoding("utf8");
    // A reset is followed by the close, of which a waiting call is told.
    opened
      .on("error", () => {})
      .once("close", () => {
        if (socket === opened) socket = undefined;
      });
    return opened;
  };
  return {
    async post(path, body) {
      const text = JSON.stringify(body);
      const startedAt = performance.now();
      socket ??= open();
      const used = socket;
      const answer = await new Promise<string>((resolve, reject) => {
        let received = "";
        const fail = () => reject(new Error(`${path}: the connection ended without an answer`));
        const take = (chunk: string) => {
          received += chunk;
          const found = parse(received);
          if (found === undefined) return;
          used.off("data", take).off("close", fail);
          resolve(found);
        };
        used.on("data", take).once("close", fail);
        used.write(
          `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${secret}\r\ncontent-type: application/json\r\n` +
            `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
        );
      });
      return { ms: performance.now() - startedAt, body: JSON.parse(answer) };
    },
    close: () => socket?.destroy(),
  };
}
