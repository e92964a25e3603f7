import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** An e-mail as it arrived. */
export interface Mail {
  readonly to: string;
  /** Headers in lower case, words decoded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
}

/** What a mail server does with a message. `slow` takes it in and never answers. */
export type MailBehaviour = "take" | "refuse" | "refuse_for_now" | "slow";

/** A real mail server on a free port of this machine. */
export interface MailServer {
  readonly url: string;
  behaviour: MailBehaviour;
  /** Every mail that came in whole, also where the sender was told otherwise. */
  readonly mails: Mail[];
  close(): Promise<void>;
}

function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, body: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(body, "base64").toString("utf8")
        : quotedPrintable(body.replaceAll("_", " ")),
    );
}

function quotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function split(raw: string): { headers: Record<string, string>; body: string } {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), words(line.slice(colon + 1).trim())];
    }),
  );
  return { headers, body: raw.slice(end + 4) };
}

function decoded(part: string): string {
  const { headers, body } = split(part);
  switch (headers["content-transfer-encoding"]) {
    case "base64":
      return Buffer.from(body, "base64").toString("utf8");
    case "quoted-printable":
      return quotedPrintable(body);
    default:
      return body;
  }
}

function read(raw: string, to: string): Mail {
  const { headers, body } = split(raw);
  const boundary = /boundary="?([^";]+)"?/.exec(headers["content-type"] ?? "")?.[1];
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => part.replace(/^\r\n/, ""));
  const find = (type: string) => parts.find((part) => split(part).headers["content-type"]?.startsWith(type));
  return { to, headers, text: decoded(find("text/plain") ?? ""), html: decoded(find("text/html") ?? "") };
}

/** Starts one. */
export async function startMailServer(): Promise<MailServer> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (running.behaviour === "refuse")
          return done(Object.assign(new Error("no such user ann@example.com"), { responseCode: 550 }));
        if (running.behaviour === "refuse_for_now")
          return done(Object.assign(new Error("later"), { responseCode: 451 }));
        mails.push(read(Buffer.concat(chunks).toString("latin1"), session.envelope.rcptTo[0]?.address ?? ""));
        if (running.behaviour !== "slow") done();
      });
    },
  });
  server.on("error", () => {});
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const running: MailServer = {
    url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    behaviour: "take",
    mails,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of (server as unknown as { connections: Set<{ close(): void }> }).connections)
          connection.close();
      }),
  };
  return running;
}
