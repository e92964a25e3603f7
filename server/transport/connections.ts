import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Http2SecureServer, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { type TLSSocket, Server as TlsServer } from "node:tls";

/** The connections of an HTTP server, so that a stop waits for answers and not for callers. */
export interface Connections {
  /** Ends connections that carry no call, and the others after the answers they wait for. */
  leave(): void;
  /** Ends all connections at once. */
  destroy(): void;
}

/** Follows the connections of a server from now on. */
export function trackConnections(server: Server | Http2SecureServer): Connections {
  const all = new Set<Socket>();
  /** HTTP/1 connections with the answers that they wait for. */
  const waiting = new Map<Socket, Set<ServerResponse>>();
  const sessions = new Set<ServerHttp2Session>();
  let leaving = false;

  const follow = (socket: Socket) => {
    waiting.set(socket, new Set());
    socket.once("close", () => waiting.delete(socket));
  };
  const overTls = server instanceof TlsServer;
  server.on("connection", (socket: Socket) => {
    all.add(socket);
    socket.once("close", () => all.delete(socket));
    if (!overTls) follow(socket);
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    if (socket.alpnProtocol !== "h2") follow(socket);
  });
  server.on("session", (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const answers = waiting.get(socket);
    if (answers === undefined) return;
    answers.add(response);
    if (leaving) response.shouldKeepAlive = false;
    response.once("close", () => {
      answers.delete(response);
      if (leaving && answers.size === 0) socket.destroySoon();
    });
  });

  return {
    leave() {
      leaving = true;
      for (const session of sessions) session.close();
      for (const [socket, answers] of waiting) {
        if (answers.size === 0) socket.destroySoon();
        for (const response of answers) response.shouldKeepAlive = false;
      }
    },
    destroy() {
      for (const socket of all) socket.destroy();
    },
  };
}
