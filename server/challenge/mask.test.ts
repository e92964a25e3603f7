import { expect, test } from "vitest";
import { maskEmail, maskPhone } from "./mask.js";

test.each([
  ["abcdef@x.dev", "ab*****@x.dev"],
  ["abc@x.dev", "ab*****@x.dev"],
  ["ab@x.dev", "a*****@x.dev"],
  ["a@x.dev", "*****@x.dev"],
  ['"odd@local"@x.dev', '"o*****@x.dev'],
  ["𝒶𝒷𝒸@x.dev", "𝒶𝒷*****@x.dev"],
])("%s is shown as %s", (email, masked) => {
  expect(maskEmail(email)).toBe(masked);
});

test.each([
  ["+4791122334", "******34"],
  ["12345", "******45"],
])("%s is shown as %s", (phone, masked) => {
  expect(maskPhone(phone)).toBe(masked);
});
