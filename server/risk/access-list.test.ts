import { describe, expect, test } from "vitest";
import { type AccessEntry, canonicalValue, createAccessLists, type ListName } from "./access-list.js";
import { parseIpAddress } from "./ip-address.js";
import { type ListedKind, listedKinds } from "./policy/subject.js";

let entries = 0;
function entry(list: ListName, kind: ListedKind, text: string, expiresAt?: number): AccessEntry {
  const value = canonicalValue(kind, text);
  if (value === undefined) throw new Error(`${text} is no ${kind}`);
  entries += 1;
  return { entryId: String(entries), list, kind, value, comment: "", createdAt: 0, expiresAt };
}
const ip = (text: string) => parseIpAddress(text);

describe("lists", () => {
  test.each<[ListedKind, string, string | undefined]>([
    ["address", "203.0.113.7", "203.0.113.7"],
    ["address", "203.0.113.7/24", "203.0.113.0/24"],
    ["address", "203.0.113.7/32", "203.0.113.7"],
    ["address", "::ffff:203.0.113.7/120", "203.0.113.0/24"],
    ["address", "2001:DB8:0:1::5/64", "2001:db8:0:1::/64"],
    ["address", "2001:db8::5/128", "2001:db8::5"],
    ["address", "0.0.0.0/0", undefined],
    ["address", "10.0.0.0/7", undefined],
    ["address", "2000::/3", undefined],
    ["address", "10.0.0.0/33", undefined],
    ["address", "10.0.0/8", undefined],
    ["address", "2002:c000:204::/48", undefined],
    ["address", "10.0.0.1/08", undefined],
    ["network", "AS2119", "2119"],
    ["network", "as2119", "2119"],
    ["network", "2119", "2119"],
    ["network", "AS0", undefined],
    ["network", "4294967296", undefined],
    ["country", "no", "NO"],
    ["country", "NOR", undefined],
    ["email_domain", "@Example.COM", "example.com"],
    ["email_domain", "example", undefined],
    ["email_domain", "a@example.com", undefined],
    ["device", "01890A5D-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8057"],
    ["device", "laptop", undefined],
    ["user", "u1", "u1"],
    ["user", "", undefined],
    ["user", "a\nb", undefined],
  ])("%s %s is kept as %s", (kind, text, kept) => {
    expect(canonicalValue(kind, text)).toBe(kept);
  });

  test("every kind is found, and by nothing but itself", () => {
    const attempt = {
      user: "u1",
      deviceId: "01890a5d-ac96-774b-bcce-b302099a8057",
      ip: ip("84.208.20.110"),
      asn: 2119,
      country: "NO",
      emailDomain: "example.com",
    };
    const values = {
      user: "u1",
      device: attempt.deviceId,
      address: "84.208.0.0/16",
      network: "2119",
      country: "NO",
      email_domain: "example.com",
    };
    const others = {
      user: "u2",
      device: "01890a5d-ac96-774b-bcce-b302099a8058",
      address: "84.209.0.0/16",
      network: "2120",
      country: "SE",
      email_domain: "mail.example.com",
    };
    for (const kind of listedKinds) {
      const lists = createAccessLists([entry("deny", kind, values[kind]), entry("deny", kind, others[kind])]);
      expect(lists.match(attempt, 0)).toEqual({
        deny: [{ kind, value: canonicalValue(kind, values[kind]) }],
      });
      expect(lists.match({}, 0)).toBeUndefined();
    }
  });

  test("ranges of any length hold their addresses and no neighbour, the narrowest named first", () => {
    const lists = createAccessLists(
      ["84.0.0.0/8", "84.208.20.0/22", "84.208.20.110", "2a02:2121::/32", "2a02:2121:1::/48"].map((range) =>
        entry("watch", "address", range),
      ),
    );
    const values = (text: string) => lists.match({ ip: ip(text) }, 0)?.watch?.map(({ value }) => value) ?? [];
    expect(values("84.208.20.110")).toEqual(["84.208.20.110", "84.208.20.0/22", "84.0.0.0/8"]);
    expect(values("::ffff:84.208.23.255")).toEqual(["84.208.20.0/22", "84.0.0.0/8"]);
    expect(values("84.208.24.0")).toEqual(["84.0.0.0/8"]);
    expect(values("85.0.0.0")).toEqual([]);
    expect(values("2a02:2121:1:ffff::1")).toEqual(["2a02:2121:1::/48", "2a02:2121::/32"]);
    expect(values("2a02:2122::1")).toEqual([]);
  });

  test("an entry ends when it expires, to the millisecond", () => {
    const lists = createAccessLists([entry("allow", "user", "u1", 1_000)]);
    expect(lists.match({ user: "u1" }, 999)).toBeDefined();
    expect(lists.match({ user: "u1" }, 1_000)).toBeUndefined();
  });

  test("one attempt can be on several lists", () => {
    const lists = createAccessLists([entry("allow", "user", "u1"), entry("deny", "country", "NO")]);
    expect(lists.match({ user: "u1", country: "NO" }, 0)).toEqual({
      allow: [{ kind: "user", value: "u1" }],
      deny: [{ kind: "country", value: "NO" }],
    });
  });
});
