import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientAddress, parseTrustedProxies, type TrustedProxies } from "./trusted-proxies.js";

function trusting(text: string): TrustedProxies {
  const parsed = parseTrustedProxies(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed.proxies;
}

const none = trusting("");
const ours = trusting("10.0.0.0/8, 127.0.0.1, fd00::/8, 2400:cb00::/32, ::1");

describe("which list is taken", () => {
  test.each([
    ["0.0.0.0/0", "too wide"],
    ["::/0", "too wide"],
    ["0.0.0.0/1,128.0.0.0/1", "too wide"],
    ["2000::/3", "too wide"],
    ["fe00::/7", "too wide"],
    ["10.0.0.0/7", "too wide"],
    ["fc00::/6", "too wide"],
    ["::ffff:10.0.0.0/104", "IPv4 range"],
    ["10.0.0.0/33", "more than 32"],
    ["fd00::/129", "more than 128"],
    ["10.0.0/8", "must be an address"],
    ["10.0.0.0/-1", "must be an address"],
    ["proxy.internal", "must be an address"],
    ["*", "must be an address"],
    ["true", "must be an address"],
    ["10.0.0.0/8,all", "all: must be an address"],
    ["fe80::1%eth0", "must be an address"],
  ])("%s is refused", (text, problem) => {
    expect(parseTrustedProxies(text)).toEqual({ problem: expect.stringContaining(problem) });
  });

  test.each(["", " ", "10.0.0.0/8", "fc00::/7", "192.0.2.7", "10.0.0.0/8 , 2400:cb00::/32,"])(
    "%j is taken",
    (text) => {
      expect(parseTrustedProxies(text)).toHaveProperty("proxies");
    },
  );
});

describe("whose address it is", () => {
  test.each([
    // peer, X-Forwarded-For, answer
    ["8.8.8.8", undefined, "8.8.8.8"],
    ["8.8.8.8", "1.1.1.1", "8.8.8.8"],
    ["10.0.0.1", undefined, "10.0.0.1"],
    ["10.0.0.1", "", "10.0.0.1"],
    ["10.0.0.1", "8.8.8.8", "8.8.8.8"],
    ["10.0.0.1", "1.1.1.1, 8.8.8.8", "8.8.8.8"],
    ["10.0.0.1", "1.1.1.1,8.8.8.8,10.9.9.9", "8.8.8.8"],
    ["10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["::ffff:10.0.0.1", "8.8.8.8", "8.8.8.8"],
    ["::ffff:a00:1", "::ffff:808:808", "8.8.8.8"],
    ["10.0.0.1", "8.8.8.8, 0:0:0:0:0:FFFF:10.0.0.2", "8.8.8.8"],
    ["::1", "2001:4860:4860::8888", "2001:4860:4860::8888"],
    ["fd12::9", "2001:4860::1, 2400:cb00::5", "2001:4860::1"],
    ["fe80::1%eth0", "8.8.8.8", "fe80::1"],
    ["10.0.0.1", "8.8.8.8:4711", "8.8.8.8"],
    ["10.0.0.1", "[2001:4860::1]:443", "2001:4860::1"],
    ["10.0.0.1", "[2001:4860::1]", "2001:4860::1"],
    // What is no address ends the walk: nothing left of it is believed.
    ["10.0.0.1", "8.8.8.8, unknown", "10.0.0.1"],
    ["10.0.0.1", "8.8.8.8, , 10.0.0.2", "10.0.0.2"],
    ["10.0.0.1", "8.8.8.8,", "10.0.0.1"],
    ["10.0.0.1", "8.8.8.8, 010.0.0.2", "10.0.0.1"],
    ["10.0.0.1", "8.8.8.8, fe80::1%1", "10.0.0.1"],
    ["10.0.0.1", "8.8.8.8 1.1.1.1", "10.0.0.1"],
    ["10.0.0.1", "8.8.8.8:port", "10.0.0.1"],
    [undefined, "8.8.8.8", undefined],
  ])("%s with %j is %s", (peer, forwarded, answer) => {
    expect(clientAddress(peer, forwarded, ours)).toBe(answer);
  });

  test("nothing is believed where no proxy is trusted", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.string()), (forwarded) => {
        expect(clientAddress("127.0.0.1", forwarded, none)).toBe("127.0.0.1");
      }),
    );
  });

  test("what the client itself has written changes nothing", () => {
    const theirs = fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), { maxLength: 5 });
    const client = fc.ipV4().filter((address) => !ours.has(address));
    const proxies = fc.array(fc.constantFrom("10.1.2.3", "10.255.0.1", "fd00::7"), { maxLength: 4 });
    fc.assert(
      fc.property(theirs, client, proxies, (written, address, through) => {
        const header = [...written, address, ...through].join(", ");
        expect(clientAddress("10.0.0.1", header, ours)).toBe(address);
      }),
    );
  });

  test("any text gives an address that was there", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (header) => {
        const answer = clientAddress("10.0.0.1", header, ours) ?? "";
        expect(
          answer === "10.0.0.1" || header.toLowerCase().includes(answer) || /^[\d.]+$/.test(answer),
        ).toBe(true);
      }),
    );
  });
});
