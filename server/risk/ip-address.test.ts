import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKey, type IpAddress, nearKey, parseIpAddress, prefixKeys } from "./ip-address.js";

function parsed(text: string): IpAddress {
  const ip = parseIpAddress(text);
  if (ip === undefined) throw new Error(`not parsed: ${text}`);
  return ip;
}

const octet = fc.integer({ min: 0, max: 255 });
const octets = fc.tuple(octet, octet, octet, octet);
const hex = (value: number) => value.toString(16).padStart(2, "0");

describe("what is refused", () => {
  it.each([
    "",
    " ",
    "localhost",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "256.1.1.1",
    "1.2.3.999999999999999",
    "01.2.3.4",
    "1.2.3.00",
    "0x7f.0.0.1",
    "017700000001",
    "2130706433",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4\n",
    "1.2.3.4\u0000",
    "1.2.3.4:80",
    "1.2.3.4/32",
    "1,2,3,4",
    "+1.2.3.4",
    "-1.2.3.4",
    "1.2.3.4e0",
    "١.٢.٣.٤",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1::2::3",
    "1:::2",
    ":1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:",
    "1:2:3:4:5:6:7:8:",
    "12345::",
    "g::",
    "::1%eth0",
    "fe80::1%1",
    "[::1]",
    "[::1]:443",
    "::1/128",
    "::ffff:1.2.3",
    "::ffff:1.2.3.4.5",
    "::ffff:01.2.3.4",
    "::ffff:256.1.1.1",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1:2:3:4:5:6:7::1.2.3.4",
    "0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0",
    ":".repeat(45),
    "1".repeat(1_000_000),
  ])("%j", (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });
});

describe("canonical text", () => {
  it.each([
    ["8.8.8.8", "8.8.8.8"],
    ["255.255.255.255", "255.255.255.255"],
    ["2A00:0798::0001", "2a00:798::1"],
    ["2a00:0:0:1:0:0:0:1", "2a00:0:0:1::1"],
    ["2a00:0:0:1:1:0:0:1", "2a00::1:1:0:0:1"],
    ["2a00:0:1:1:1:1:1:1", "2a00:0:1:1:1:1:1:1"],
    ["2a00:1:1:1:1:1:1::", "2a00:1:1:1:1:1:1:0"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["2a00:1:2:3:4:5:255.255.255.255", "2a00:1:2:3:4:5:ffff:ffff"],
    ["2a00::1.2.3.4", "2a00::102:304"],
    ["ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ])("%s is %s", (text, canonical) => {
    expect(parsed(text).text).toBe(canonical);
  });

  it("reads back to the same address", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const ip = parsed(text);
        expect(parsed(ip.text)).toEqual(ip);
      }),
    );
  });

  it("is what the URL standard writes, for addresses that stay IPv6", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const ip = parsed(text);
        fc.pre(ip.version === 6);
        expect(`[${ip.text}]`).toBe(new URL(`http://[${text}]`).hostname);
      }),
    );
  });
});

describe("against the platform's own grammar", () => {
  const nearMiss = fc
    .array(fc.constantFrom(":", "::", ".", "0", "1", "a", "F", "255", "00", "ffff", "1.2.3.4"), {
      maxLength: 16,
    })
    .map((parts) => parts.join(""));

  it("accepts and refuses the same texts", () => {
    fc.assert(
      fc.property(fc.oneof(nearMiss, fc.string({ maxLength: 50 })), (text) => {
        const known = isIPv4(text) || (isIPv6(text) && !text.includes("%"));
        expect(parseIpAddress(text) !== undefined).toBe(known);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("IPv4 carried inside IPv6", () => {
  it("is the IPv4 address, with the same keys", () => {
    fc.assert(
      fc.property(octets, ([a, b, c, d]) => {
        const plain = parsed(`${a}.${b}.${c}.${d}`);
        const carried = [
          `::ffff:${a}.${b}.${c}.${d}`,
          `::FFFF:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`,
          `64:ff9b::${a}.${b}.${c}.${d}`,
          `0064:ff9b:0:0:0:0:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`,
          `2002:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}:1::1`,
          `2001:0:4136:e378:8000:63bf:${hex(255 - a)}${hex(255 - b)}:${hex(255 - c)}${hex(255 - d)}`,
        ];
        for (const text of carried) {
          expect(parsed(text)).toEqual(plain);
          expect(prefixKeys(parsed(text))).toEqual(prefixKeys(plain));
        }
      }),
    );
  });

  it.each(["64:ff9b:1::808:808", "::8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::1:8.8.8.8"])(
    "%s is not unpacked, and reserved",
    (text) => {
      expect(parsed(text)).toMatchObject({ version: 6, evaluable: false, notEvaluableBecause: "reserved" });
    },
  );
});

describe("evaluable", () => {
  it.each([
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "reserved"],
    ["10.0.0.0", "private"],
    ["10.255.255.255", "private"],
    ["100.64.0.0", "shared"],
    ["100.127.255.255", "shared"],
    ["127.0.0.1", "loopback"],
    ["169.254.169.254", "link_local"],
    ["172.16.0.0", "private"],
    ["172.31.255.255", "private"],
    ["192.0.0.1", "reserved"],
    ["192.0.0.171", "reserved"],
    ["192.0.2.1", "documentation"],
    ["192.88.99.1", "reserved"],
    ["192.168.1.1", "private"],
    ["198.18.0.1", "reserved"],
    ["198.19.255.255", "reserved"],
    ["198.51.100.1", "documentation"],
    ["203.0.113.1", "documentation"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.255", "multicast"],
    ["240.0.0.1", "reserved"],
    ["255.255.255.255", "reserved"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::2", "reserved"],
    ["::ffff:192.168.0.1", "private"],
    ["64:ff9b::10.0.0.1", "private"],
    ["100::1", "reserved"],
    ["100:0:0:1::1", "reserved"],
    ["2001:1::4", "reserved"],
    ["2001:2::1", "reserved"],
    ["2001:10::1", "reserved"],
    ["2001:1ff:ffff::1", "reserved"],
    ["2001:db8::1", "documentation"],
    ["2002:a00:1::1", "private"],
    ["3fff:fff:ffff::1", "documentation"],
    ["4000::1", "reserved"],
    ["5f00::1", "reserved"],
    ["fbff::1", "reserved"],
    ["fc00::1", "private"],
    ["fdff:ffff::1", "private"],
    ["fe80::1", "link_local"],
    ["febf::1", "link_local"],
    ["fec0::1", "reserved"],
    ["ff02::1", "multicast"],
  ])("%s is not: %s", (text, because) => {
    expect(parsed(text)).toMatchObject({ evaluable: false, notEvaluableBecause: because });
  });

  it.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.0.9",
    "192.0.0.10",
    "192.0.1.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.175.48.1",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2000::1",
    "2001:1::1",
    "2001:3::1",
    "2001:4:112::1",
    "2001:20::1",
    "2001:3f:ffff::1",
    "2001:200::1",
    "2001:db7::1",
    "2001:db9::1",
    "2620:4f:8000::1",
    "3ffe::1",
    "3fff:1000::1",
  ])("%s is", (text) => {
    const ip = parsed(text);
    expect(ip.evaluable).toBe(true);
    expect("notEvaluableBecause" in ip).toBe(false);
  });
});

describe("keys", () => {
  it.each([
    ["84.208.17.9", ["84.208.17.9", "84.208.17.0/24"], "84.208.17.0/24"],
    [
      "2a01:798:1:2f3:aaaa::1",
      ["2a01:798:1:2f3::/64", "2a01:798:1:200::/56", "2a01:798:1::/48"],
      "2a01:798:1:200::/56",
    ],
    ["2a01:798::1", ["2a01:798::/64", "2a01:798::/56", "2a01:798::/48"], "2a01:798::/56"],
    [
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      ["ffff:ffff:ffff:ffff::/64", "ffff:ffff:ffff:ff00::/56", "ffff:ffff:ffff::/48"],
      "ffff:ffff:ffff:ff00::/56",
    ],
  ])("of %s", (text, keys, near) => {
    const ip = parsed(text);
    expect(prefixKeys(ip)).toEqual(keys);
    expect(addressKey(ip)).toBe(keys[0]);
    expect(nearKey(ip)).toBe(near);
  });

  it("do not see the host half of an IPv6 address, and see all of the other half", () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    const network = fc.tuple(group, group, group).map((groups) => `2a00:${groups.join(":")}`);
    const host = fc.tuple(group, group, group, group).map((groups) => groups.join(":"));
    const key = (front: string, back: string) => addressKey(parsed(`${front}:${back}`));
    fc.assert(
      fc.property(network, network, host, host, (front, otherFront, back, otherBack) => {
        expect(key(front, back)).toBe(key(front, otherBack));
        expect(key(front, back) === key(otherFront, back)).toBe(front === otherFront);
      }),
    );
  });
});
