import { describe, expect, test } from "vitest";
import { type ChallengeStatus, type StoredStatus, statusAt } from "./challenge.js";

const expiresAt = 1_000_000;

describe("statusAt", () => {
  test.each<[StoredStatus, number, number, ChallengeStatus]>([
    ["created", 0, -1, "created"],
    ["created", 0, 0, "expired"],
    ["sent", 0, -1, "sent"],
    ["sent", 4, -1, "sent"],
    ["sent", 5, -1, "exhausted"],
    ["sent", 5, 1, "exhausted"],
    ["sent", 0, 0, "expired"],
    ["verified", 5, -1, "verified"],
    ["verified", 1, 0, "expired"],
    ["completed", 5, 1, "completed"],
    ["superseded", 5, 1, "superseded"],
    ["superseded", 0, -1, "superseded"],
  ])("%s after %i tries, %i ms from its end: %s", (stored, attempts, fromEnd, status) => {
    expect(statusAt({ stored, attempts, maxAttempts: 5, expiresAt }, expiresAt + fromEnd)).toBe(status);
  });
});
