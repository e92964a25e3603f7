import { hidesPlace } from "../risk/anonymity.js";
import type { Observation } from "../risk/facts.js";
import { asked, type History, type Lesson, learn } from "../risk/history.js";
import type { Verdict } from "../risk/words.js";

/** What an attempt teaches once it is trusted. A place that is hidden teaches no place. */
export function lessonOf(observation: Observation, eventTime: boolean): Lesson {
  const { at, deviceId, addressKey, network, country, client, place, anonymity } = observation;
  return {
    deviceId,
    addressKey,
    asn: network?.asn,
    country,
    client,
    place: place === undefined || hidesPlace(anonymity) ? undefined : place,
    at,
    eventTime: eventTime ? true : undefined,
  };
}

/** The history after a verdict: an `allow` teaches at once; a challenge is noted as open, and teaches when it is completed. */
export function historyAfter(
  history: History,
  verdict: Verdict,
  lesson: Lesson,
  challengeId: string | undefined,
): History {
  if (challengeId !== undefined) {
    const { at, deviceId } = lesson;
    return asked(history, { challengeId, at, ...(deviceId === undefined ? {} : { deviceId }) });
  }
  return verdict === "allow" ? learn(history, lesson) : history;
}
