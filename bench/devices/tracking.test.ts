import { expect, test } from "vitest";
import { measureImpostors } from "./impostors.js";
import { pureMatcher } from "./pure.js";
import { equality, publishedRules } from "./references.js";
import { createVisits } from "./stream.js";
import { measureTracking } from "./tracking.js";

/** A seed that nothing was fitted on. */
const visits = createVisits({ seed: "regression", users: 200, everyDays: 3 });
const measured = (link: (visit: (typeof visits)[number]) => string) =>
  measureTracking(visits, visits.map(link));

test("the stream is the same for the same seed, and no browser stays as it was", () => {
  expect(createVisits({ seed: "regression", users: 200, everyDays: 3 })).toEqual(visits);
  const { trackedDays, possibleDays } = measured(equality(false));
  expect(trackedDays / possibleDays).toBeLessThan(0.5);
});

test("browsers visiting every three days are tracked for 94 % of their days at an ownership of .99", () => {
  const ours = measured(pureMatcher());
  expect(ours.trackedDays / ours.possibleDays).toBeGreaterThanOrEqual(0.94);
  expect(ours.ownership).toBeGreaterThanOrEqual(0.99);
  for (const perUser of [false, true]) {
    for (const reference of [equality(perUser), publishedRules(perUser)]) {
      const { trackedDays, idsPerBrowser } = measured(reference);
      expect(ours.trackedDays).toBeGreaterThan(1.1 * trackedDays);
      expect(ours.idsPerBrowser).toBeLessThan(idsPerBrowser);
    }
  }
});

test("another person's desktop does not pass for a known one, even with the same system, browser, language and zone", () => {
  for (const { kind, likeness, attempts, passed } of measureImpostors("regression", 800)) {
    expect(attempts).toBeGreaterThan(100);
    if (likeness === "random") expect(passed / attempts).toBeLessThan(0.001);
    else if (kind === "desktop") expect(passed / attempts).toBeLessThan(0.06);
    else expect(passed / attempts).toBeLessThan(0.2);
  }
});

test("a matcher that takes all for one, or none for another, does not pass", () => {
  const one = measured(({ user }) => user);
  expect(one.ownership).toBeLessThan(0.9);
  let ids = 0;
  const none = measured(() => String(ids++));
  expect(none.trackedDays).toBe(0);
});
