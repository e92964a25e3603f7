import type { Clock } from "../clock.js";
import type { ReadStatusReport } from "../outbound/delivery/status-report.js";
import type { ChallengeStore, DeliveryKey } from "../store/challenge-store.js";

/** Path under which providers report what became of messages. */
export const deliveryReportPrefix = "/callbacks/delivery/";

/** Where a provider reports what became of one message. */
export function deliveryReportPath({ projectId, challengeId, deliveryId }: DeliveryKey): string {
  return `${deliveryReportPrefix}${projectId}/${challengeId}/${deliveryId}`;
}

const id = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";
const pathPattern = new RegExp(`^${deliveryReportPrefix}${id}/${id}/${id}$`);

/** Takes a provider's call-back. False when no provider of this server signed it; what it says of unknown messages is dropped. */
export type TakeDeliveryReport = (callBack: {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}) => Promise<boolean>;

/** Makes TakeDeliveryReport. The signature's time is the machine's, as it was for the one who signed. */
export function createTakeDeliveryReport({
  clock,
  challenges,
  publicUrl,
  read,
}: {
  clock: Clock;
  challenges: ChallengeStore;
  publicUrl: string;
  read: ReadStatusReport;
}): TakeDeliveryReport {
  return async ({ path, headers, body }) => {
    const [, projectId, challengeId, deliveryId] = pathPattern.exec(path) ?? [];
    if (projectId === undefined || challengeId === undefined || deliveryId === undefined) return false;
    const report = read({ url: publicUrl + path, headers, body, at: Date.now() }, deliveryId);
    if (report === undefined) return false;
    if (report !== "nothing") {
      const { status, errorCode } = report;
      await challenges.noteDelivery({
        projectId,
        challengeId,
        deliveryId,
        status,
        errorCode,
        now: clock.now(),
      });
    }
    return true;
  };
}
