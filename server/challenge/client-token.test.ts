import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { readClientToken, writeClientToken } from "./client-token.js";

const sign = (...parts: string[]) => createHmac("sha256", "key").update(parts.join("|")).digest();
const verify = (tag: Buffer, ...parts: string[]) => tag.equals(sign(...parts));

const token = {
  projectId: "01890a5d-ac96-774b-bcce-b302099a8057",
  challengeId: "01890a5d-ac96-774b-bcce-b302099a8058",
  expiresAt: 1_800_000_000_000,
};
const text = writeClientToken(token, sign);

test("what was written is read, until its time is over", () => {
  expect(text).toMatch(/^ruptct_[\x21-\x7e]+$/);
  expect(readClientToken(text, token.expiresAt - 1, verify)).toEqual(token);
  expect(readClientToken(text, token.expiresAt, verify)).toBeUndefined();
});

test("no character can be changed, none left out, none added", () => {
  for (let place = 0; place < text.length; place++) {
    const other = text[place] === "b" ? "c" : "b";
    const altered = text.slice(0, place) + other + text.slice(place + 1);
    // The last character of base64url holds bits that stand for nothing.
    if (place < text.length - 1) expect(readClientToken(altered, 0, verify), altered).toBeUndefined();
    expect(readClientToken(text.slice(0, place) + text.slice(place + 1), 0, verify)).toBeUndefined();
  }
  for (const longer of [`${text}A`, ` ${text}`, `${text}.A`])
    expect(readClientToken(longer, 0, verify)).toBeUndefined();
});

test("a token of another signer is none", () => {
  expect(readClientToken(text, 0, () => false)).toBeUndefined();
});
