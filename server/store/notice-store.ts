import type { ChannelName, Language } from "../challenge/challenge.js";
import type { Instant } from "../clock.js";

/** A message to a user that waits to be sent. */
export interface Notice {
  readonly projectId: string;
  readonly noticeId: string;
  readonly kind: "contact_changed" | "was_this_you";
  readonly channel: ChannelName;
  /** Sealed. */
  readonly contact: string;
  /** Absent: the project's default. */
  readonly language: Language | undefined;
  /** The evaluation that it is about; it is sent only once that is kept. */
  readonly evaluationId: string;
  readonly challengeId: string | undefined;
  /** Which contact was changed. */
  readonly changed: ChannelName | undefined;
  readonly createdAt: Instant;
}

/** A claimed notice: nobody else sends it until its lease is over. */
export interface ClaimedNotice extends Notice {
  /** How often it was claimed, from 1. */
  readonly tries: number;
  /** Whether its evaluation is kept. */
  readonly evaluated: boolean;
}

/** Names a notice. */
export type NoticeKey = Pick<Notice, "projectId" | "noticeId">;

/** Messages that wait, so that none is lost with the server that was to send it. */
export interface NoticeStore {
  add(notice: Notice, dueAt: Instant): Promise<void>;
  /** Notices that are due, oldest first. */
  due(now: Instant, limit: number): Promise<readonly NoticeKey[]>;
  /** Takes a notice that is due (or, with `early`, one that is not yet) until `leaseUntil`; undefined when it is gone or another server has it. */
  claim(
    key: NoticeKey & { readonly now: Instant; readonly leaseUntil: Instant; readonly early: boolean },
  ): Promise<ClaimedNotice | undefined>;
  /** Puts a claimed notice off. */
  putOff(key: NoticeKey, dueAt: Instant): Promise<void>;
  remove(key: NoticeKey): Promise<void>;
}
