import { type Blamed, completed, type History, historyLimit, type Lesson, type Seen } from "./history.js";

/** Whose attempt it was, as somebody says who knows. */
export const feedbackLabels = ["owner", "attacker"] as const;
/** One of `feedbackLabels`. */
export type FeedbackLabel = (typeof feedbackLabels)[number];

/** Takes back one sighting; what was first seen by the attempt or after it goes altogether, for it came with the attacker. */
function without<K, S extends Seen<K>>(entries: readonly S[], key: K | undefined, at: number): readonly S[] {
  if (key === undefined) return entries;
  return entries.flatMap((entry) => {
    if (entry.key !== key) return [entry];
    return entry.firstAt >= at || entry.count <= 1 ? [] : [{ ...entry, count: entry.count - 1 }];
  });
}

/**
 * The history once it is known that an attempt was an attacker's. What it taught is taken back, and its device and address are marked, unless the
 * user had them before.
 */
export function afterAttacker(history: History, lesson: Lesson, taught: boolean): History {
  const { at } = lesson;
  const unlearnt: History = taught
    ? {
        ...history,
        devices: without(history.devices, lesson.deviceId, at),
        addresses: without(history.addresses, lesson.addressKey, at),
        networks: without(history.networks, lesson.asn, at),
        countries: without(history.countries, lesson.country, at),
        clients: without(history.clients, lesson.client, at),
        places: history.places.filter(({ firstAt }) => firstAt !== at),
      }
    : history;
  const usual = new Set<string>([...unlearnt.devices, ...unlearnt.addresses].map(({ key }) => key));
  const marks = [lesson.deviceId, lesson.addressKey]
    .filter((key) => key !== undefined && !usual.has(key))
    .map((key): Blamed => ({ key: key ?? "", at }));
  const { verified, ...rest } = unlearnt;
  return {
    ...rest,
    ...(verified === undefined || verified.at === at ? {} : { verified }),
    blamed: [...marks, ...withoutMarks(history, lesson)].slice(0, historyLimit),
  };
}

/** The history once it is known that an attempt was the owner's: it is learnt, where it was not, and nothing is held against its device and address. */
export function afterOwner(history: History, lesson: Lesson, taught: boolean): History {
  const cleared: History = { ...history, blamed: withoutMarks(history, lesson) };
  return taught ? cleared : completed(cleared, lesson);
}

const withoutMarks = ({ blamed }: History, { deviceId, addressKey }: Lesson): readonly Blamed[] =>
  blamed.filter(({ key }) => key !== deviceId && key !== addressKey);
