import type { Instant } from "../clock.js";
import { AppError, invalidFields } from "../errors.js";
import type { Project } from "../store/project-store.js";

/** How far the caller's clock may run before ours. */
const aheadMs = 60_000;

/**
 * Refuses an event time where the project does not accept them (`event_time_not_accepted`), one that lies in the future, and one before 1970
 * (`invalid_field`).
 */
export function checkEventTime(project: Project, occurredAt: Instant | undefined, now: Instant): void {
  if (occurredAt === undefined) return;
  if (project.settings.acceptEventTime !== true) {
    throw new AppError(
      "event_time_not_accepted",
      "This project does not accept event times; leave occurred_at out, or set the project's accept_event_time to on.",
      {
        violations: [
          {
            field: "occurred_at",
            description: "is accepted only where the project's setting accept_event_time is on",
          },
        ],
      },
    );
  }
  if (!Number.isFinite(occurredAt) || occurredAt < 0 || occurredAt > now + aheadMs) {
    throw invalidFields([{ field: "occurred_at", description: "must lie between 1970 and now" }]);
  }
}
