import { type History, historyLimit, type Lesson, type Seen } from "./history.js";

/**
 * The history after an attempt that was trusted turned out to be an attack: its device is forgotten and blamed, whenever it was learnt, for it is in
 * other hands; its address, network, country, client and place only where they were first seen with it, since the owner may share the rest. The
 * address is blamed only when it is forgotten.
 */
export function withdrawTrust(
  history: History,
  lesson: Lesson,
  { learntAt, now }: { readonly learntAt: number; readonly now: number },
): History {
  const since = Math.min(lesson.at, learntAt);
  const without = <S extends Seen<unknown>>(entries: readonly S[], key: unknown): readonly S[] =>
    entries.filter((entry) => entry.key !== key || entry.firstAt < since);
  const addresses = without(history.addresses, lesson.addressKey);
  const forgotten = addresses.length < history.addresses.length;
  const blamed = [
    ...(lesson.deviceId === undefined ? [] : [lesson.deviceId]),
    ...(forgotten && lesson.addressKey !== undefined ? [lesson.addressKey] : []),
  ];
  const { verified, ...rest } = history;
  const keepVerified = verified !== undefined && verified.deviceId !== lesson.deviceId;
  return {
    ...rest,
    ...(keepVerified ? { verified } : {}),
    devices: history.devices.filter((entry) => entry.key !== lesson.deviceId),
    addresses,
    networks: without(history.networks, lesson.asn),
    countries: without(history.countries, lesson.country),
    clients: without(history.clients, lesson.client),
    places: history.places.filter((entry) => entry.firstAt < since),
    blamed: [
      ...blamed.map((key) => ({ key, at: now })),
      ...history.blamed.filter((entry) => !blamed.includes(entry.key)),
    ].slice(0, historyLimit),
  };
}
