import { once } from "node:events";
import { connect } from "node:net";

/** What came back over a bare connection. */
export interface RawAnswer {
  /** 0 when nothing came before the connection ended. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function parse(text: string): RawAnswer {
  // An interim answer (100 Continue) stands before the real one.
  const final = text.replace(/^HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n/, "");
  const [head = "", body = ""] = final.split("\r\n\r\n", 2);
  const [first = "", ...lines] = head.split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  return { status: Number(first.split(" ")[1] ?? 0), headers, body };
}

/**
 * Writes bytes as they are to an HTTP port and answers what came back until the server ended the connection. The pieces are written one
 * after the other, each when the one before it was taken or the server had closed.
 */
export async function rawHttp(baseUrl: string, pieces: readonly (string | Buffer)[]): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  let text = "";
  let open = true;
  socket.setEncoding("latin1");
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.on("error", () => {});
  const closed = once(socket, "close").then(() => {
    open = false;
  });
  await once(socket, "connect");
  for (const piece of pieces) {
    if (!open) break;
    if (!socket.write(piece))
      await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
  }
  await closed;
  return parse(text);
}
