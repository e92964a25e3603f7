import { type Contacts, replacedContacts } from "../challenge/contacts.js";
import { limitsOf } from "../challenge/limits.js";
import { newId } from "../ids.js";
import type { KeptEvaluation } from "../store/evaluation-store.js";
import type { NoticeKey } from "../store/notice-store.js";
import type { Project } from "../store/project-store.js";
import type { Notices } from "./notices.js";

/** Tells the owners of contacts that somebody gave others. */
export interface ContactNotices {
  /**
   * Keeps the notices before the judgement is kept, so that no crash in between loses them; those of a judgement that is given up are never sent.
   * Answers nothing to wait for where there is nothing to tell, which is nearly always.
   */
  prepare(
    project: Project,
    evaluation: Pick<KeptEvaluation, "projectId" | "evaluationId" | "createdAt">,
    before: Contacts,
    after: Contacts | undefined,
  ): Promise<readonly NoticeKey[]> | undefined;
  /** Sends them, once the judgement is kept. */
  release(keys: readonly NoticeKey[]): void;
}

/** Makes ContactNotices. */
export function createContactNotices(notices: Notices): ContactNotices {
  return {
    prepare(project, evaluation, before, after) {
      if (after === undefined) return undefined;
      const { contact_cooldown_seconds: cooldown } = limitsOf(project.settings.limits);
      const replaced = replacedContacts(before, after, cooldown * 1000);
      if (replaced.length === 0) return undefined;
      return Promise.all(
        replaced.map(async ({ channel, sealed }) => {
          const { projectId, evaluationId, createdAt } = evaluation;
          const noticeId = newId(createdAt);
          await notices.add({
            projectId,
            noticeId,
            kind: "contact_changed",
            channel,
            contact: sealed,
            language: undefined,
            evaluationId,
            challengeId: undefined,
            changed: channel,
            createdAt,
          });
          return { projectId, noticeId };
        }),
      );
    },
    release(keys) {
      for (const key of keys) notices.sendSoon(key);
    },
  };
}
