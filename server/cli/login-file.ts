import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import type { PastLogin } from "../service/import-logins.js";
import { OperatorError } from "../service/projects.js";
import { type LoginLine, longestLine, readLoginLine } from "./login-line.js";

/** A file of logins that was looked through once. */
export interface LoginFile {
  /** SHA-256 of all that was read. */
  readonly hash: Buffer;
  readonly logins: number;
  readonly failed: number;
  readonly bad: number;
  /** The first and the last instant, in milliseconds since 1970; only where there are logins. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Reads logins again, in order of time; those of one instant stay in the file's order. */
  read(from: number, count: number): readonly PastLogin[];
  close(): void;
}

/** What is told while a file is looked through. */
export interface ScanWatcher {
  /** A line that is no login: its number from 1, why, and its bytes. */
  bad(line: number, why: string, bytes: Uint8Array): void;
  /** Bytes done. */
  progress(bytes: number): void;
}

/** Most logins of one file: what is kept of each in memory is 20 bytes. */
const mostLogins = 20_000_000;
const blockBytes = 1 << 20;
const newline = 0x0a;

/** Numbers in a typed array that grows. */
class Column<T extends Float64Array | Uint32Array> {
  length = 0;
  constructor(
    private values: T,
    private readonly make: (length: number) => T,
  ) {}
  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = this.make(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }
  at(index: number): number {
    return this.values[index] ?? 0;
  }
}

const doubles = () => new Column(new Float64Array(1024), (length) => new Float64Array(length));
const wholes = () => new Column(new Uint32Array(1024), (length) => new Uint32Array(length));

/** Which line lies where in a file; undefined where the lines are in order of time already. */
function orderOf(at: { readonly length: number; at(index: number): number }): Uint32Array | undefined {
  let sorted = true;
  for (let index = 1; index < at.length && sorted; index++) sorted = at.at(index) >= at.at(index - 1);
  if (sorted) return undefined;
  const order = Uint32Array.from({ length: at.length }, (_, index) => index);
  return order.sort((a, b) => at.at(a) - at.at(b) || a - b);
}

/** Calls `take` with each line's bytes and place. Lines that are far too long are cut, so that no file fills the memory. */
function eachLine(
  descriptor: number,
  take: (bytes: Buffer, offset: number, length: number) => void,
  block: (bytes: Buffer) => void,
): void {
  const buffer = Buffer.allocUnsafe(blockBytes);
  let rest = Buffer.alloc(0);
  let position = 0;
  let start = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, 0, blockBytes, position);
    const bytes = buffer.subarray(0, read);
    block(bytes);
    let from = 0;
    for (let end = bytes.indexOf(newline, from); end >= 0; end = bytes.indexOf(newline, from)) {
      const piece = bytes.subarray(from, end);
      const length = position + end - start;
      take(rest.length === 0 ? piece : Buffer.concat([rest, piece]), start, length);
      rest = Buffer.alloc(0);
      from = end + 1;
      start = position + from;
    }
    if (rest.length <= longestLine) rest = Buffer.concat([rest, bytes.subarray(from)]);
    position += read;
    if (read > 0) continue;
    if (position > start) take(rest, start, position - start);
    return;
  }
}

/** Looks a file through: every line is read and checked, and its place and instant noted. Throws OperatorError. */
export function scanLoginFile(path: string, now: number, watcher: ScanWatcher): LoginFile {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    throw new OperatorError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  try {
    return scan(descriptor, path, now, watcher);
  } catch (error) {
    closeSync(descriptor);
    if (error instanceof Error && "code" in error && (error.code === "EISDIR" || error.code === "ESPIPE"))
      throw new OperatorError(`${path} is not a file; an import reads a file twice, so it cannot be a pipe`);
    throw error;
  }
}

function scan(descriptor: number, path: string, now: number, watcher: ScanWatcher): LoginFile {
  const hash = createHash("sha256");
  const at = doubles();
  const offsets = doubles();
  const lengths = wholes();
  const found = { failed: 0, bad: 0, firstAt: Number.POSITIVE_INFINITY, lastAt: Number.NEGATIVE_INFINITY };
  let line = 0;
  let bytesDone = 0;
  const note = (read: LoginLine, bytes: Buffer, offset: number, length: number): void => {
    if (read.is === "failed") found.failed += 1;
    if (read.is === "bad") {
      found.bad += 1;
      watcher.bad(line, read.why, bytes);
    }
    if (read.is !== "login") return;
    if (at.length === mostLogins)
      throw new OperatorError(`${path} holds more than ${mostLogins} logins; split it by time`);
    const { occurredAt } = read.login;
    at.push(occurredAt);
    offsets.push(offset);
    lengths.push(length);
    found.firstAt = Math.min(found.firstAt, occurredAt);
    found.lastAt = Math.max(found.lastAt, occurredAt);
  };
  eachLine(
    descriptor,
    (bytes, offset, length) => {
      line += 1;
      note(readLoginLine(bytes, now), bytes, offset, length);
    },
    (block) => {
      hash.update(block);
      bytesDone += block.length;
      watcher.progress(bytesDone);
    },
  );
  const order = orderOf(at);

  const login = (place: number): PastLogin => {
    const index = order === undefined ? place : (order[place] ?? 0);
    const bytes = Buffer.allocUnsafe(lengths.at(index));
    const read = readSync(descriptor, bytes, 0, bytes.length, offsets.at(index));
    const again = read < bytes.length ? undefined : readLoginLine(bytes, now);
    if (again?.is !== "login" || again.login.occurredAt !== at.at(index))
      throw new OperatorError(`${path} was changed while it was read; start again`);
    return again.login;
  };
  return {
    ...found,
    hash: hash.digest(),
    logins: at.length,
    read: (from, count) =>
      Array.from({ length: Math.max(0, Math.min(count, at.length - from)) }, (_, index) =>
        login(from + index),
      ),
    close: () => closeSync(descriptor),
  };
}
