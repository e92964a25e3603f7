import { expect, test } from "vitest";
import { codeIn } from "./digits.js";

test.each([
  ["123456", "123456"],
  ["123 456", "123456"],
  ["123-456", "123456"],
  [" 12 34 56\n", "123456"],
  ["Your code is 123456.", "123456"],
  ["Valid until 2026: 123456 (10 minutes)", "123456"],
  ["1234567", "123456"],
  ["12a34", "1234"],
  ["٠١٢٣٤٥", "012345"],
  ["۶۷۸۹۰۱", "678901"],
  ["１２３４５６", "123456"],
  ["none", ""],
  ["", ""],
])("%j holds the code %j", (text, code) => {
  expect(codeIn(text)).toBe(code);
});
