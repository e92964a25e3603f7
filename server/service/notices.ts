import { limitsOf } from "../challenge/limits.js";
import { defaultLanguage } from "../challenge/message-settings.js";
import { readPhone } from "../challenge/phone.js";
import { writeReportToken } from "../challenge/report-token.js";
import type { Clock } from "../clock.js";
import type { Keys } from "../keys.js";
import type { Log } from "../log.js";
import type { Channels, Content, Message } from "../outbound/delivery/delivery.js";
import type { ClaimedNotice, Notice, NoticeKey, NoticeStore } from "../store/notice-store.js";
import type { Project, ProjectStore } from "../store/project-store.js";
import type { Background } from "./background.js";
import { contactBook } from "./contact-book.js";

/** Path of the page on which a user reports an attempt; the token follows. */
export const reportPrefix = "/report/";

/** How long a report link works. */
const reportMs = 7 * 86_400_000;
/** How long a server has for one notice before another one may send it. */
const leaseMs = 60_000;
/** A notice whose evaluation is not kept by then belongs to a judgement that was given up. */
const orphanMs = 300_000;
const maxTries = 5;
const pollMs = 5_000;
const pollLimit = 20;

/** Sends messages that are not codes. */
export interface Notices {
  /** Sends one notice now, after the answer; it must be in the store. */
  sendSoon(key: NoticeKey): void;
  /** Keeps a notice that may be sent only when its evaluation is kept; `sendSoon` tells that it is. */
  add(notice: Notice): Promise<void>;
  /** Sends what is due: notices that a server left behind. */
  poll(): Promise<void>;
  /** Polls every few seconds until it is stopped. */
  start(): { stop(): void };
}

/** What sending notices needs. */
export interface NoticesDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly log: Log;
  readonly notices: NoticeStore;
  readonly projects: ProjectStore;
  readonly channels: Channels;
  readonly background: Background;
  /** Where users reach this server; without it messages carry no link. Asked each time, for it may be known only when the port is open. */
  readonly publicUrl: () => string | undefined;
}

/** Makes the sender of notices. A claim is a lease, so a server that dies leaves its notice to the others; a user may then get it twice. */
export function createNotices(deps: NoticesDeps): Notices {
  const { clock, keys, log, notices, projects, channels, background, publicUrl } = deps;

  function content(notice: Notice, project: Project, language: Message["language"]): Content {
    if (notice.kind === "contact_changed") {
      const { contact_cooldown_seconds: cooldown } = limitsOf(project.settings.limits);
      return {
        kind: "contact_changed",
        changed: notice.changed ?? notice.channel,
        cooldownHours: Math.floor(cooldown / 3_600),
      };
    }
    const { projectId, challengeId, createdAt } = notice;
    const base = publicUrl();
    if (base === undefined || challengeId === undefined) return { kind: "was_this_you", at: createdAt };
    const token = writeReportToken(
      { projectId, challengeId, language, expiresAt: createdAt + reportMs },
      (...parts) => keys.mac("report", ...parts),
    );
    return { kind: "was_this_you", at: createdAt, reportUrl: base + reportPrefix + token };
  }

  async function send(notice: ClaimedNotice): Promise<void> {
    const project = await projects.findById(notice.projectId);
    const channel = channels[notice.channel];
    if (project === undefined || channel === undefined) return;
    const texts = project.settings.messages ?? {};
    const language = notice.language ?? defaultLanguage(texts);
    const book = contactBook(keys, notice.projectId);
    if (!book.isReadable(notice.contact)) return;
    const clear = book.open(notice.contact);
    const to = notice.channel === "email" ? clear : readPhone(clear, texts.default_country)?.number;
    if (to === undefined) return;
    await channel.send({
      deliveryId: notice.noticeId,
      to,
      language,
      brand: texts.brand_name ?? project.name,
      ...(texts.sender_name === undefined ? {} : { senderName: texts.sender_name }),
      content: content(notice, project, language),
    });
  }

  async function handle(key: NoticeKey, early: boolean): Promise<void> {
    const now = clock.now();
    const claimed = await notices.claim({ ...key, now, leaseUntil: now + leaseMs, early });
    if (claimed === undefined) return;
    if (!claimed.evaluated && now - claimed.createdAt < orphanMs) return notices.putOff(key, now + leaseMs);
    if (!claimed.evaluated || claimed.tries > maxTries) return notices.remove(key);
    try {
      await send(claimed);
    } catch (error) {
      log.warn({ err: error, kind: claimed.kind, tries: claimed.tries }, "a notice was not sent");
      return notices.putOff(key, now + leaseMs * 2 ** claimed.tries);
    }
    await notices.remove(key);
  }

  async function poll(): Promise<void> {
    for (const key of await notices.due(clock.now(), pollLimit)) await handle(key, false);
  }

  return {
    add: (notice) => notices.add(notice, notice.createdAt + leaseMs),
    sendSoon: (key) => background.start("a notice", () => handle(key, true)),
    poll,
    start() {
      let polling = false;
      const timer = setInterval(() => {
        if (polling) return;
        polling = true;
        background.start("sending notices", () => poll().finally(() => (polling = false)));
      }, pollMs);
      timer.unref();
      return { stop: () => clearInterval(timer) };
    },
  };
}
