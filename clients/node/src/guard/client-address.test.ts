import { describe, expect, test } from "vitest";
import { clientAddress } from "./client-address.js";

const user = "84.208.20.110";

describe("the end user's address", () => {
  test.each([
    { name: "the connection's", proxies: [], remote: user, forwarded: undefined, address: user },
    {
      name: "claims are not believed without a proxy",
      proxies: [],
      remote: user,
      forwarded: "8.8.8.8",
      address: user,
    },
    {
      name: "nor from a stranger",
      proxies: ["10.0.0.0/8"],
      remote: user,
      forwarded: "8.8.8.8",
      address: user,
    },
    {
      name: "what our proxy noted",
      proxies: ["10.0.0.0/8"],
      remote: "10.1.2.3",
      forwarded: user,
      address: user,
    },
    {
      name: "the last note, not the first",
      proxies: ["10.1.2.3"],
      remote: "10.1.2.3",
      forwarded: `8.8.8.8, ${user}`,
      address: user,
    },
    {
      name: "through two proxies of ours",
      proxies: ["10.0.0.0/8"],
      remote: "10.1.2.3",
      forwarded: `1.1.1.1, ${user}, 10.9.9.9`,
      address: user,
    },
    {
      name: "IPv4 in IPv6 on both sides",
      proxies: ["10.0.0.0/8"],
      remote: "::ffff:10.1.2.3",
      forwarded: `::ffff:${user}`,
      address: user,
    },
    {
      name: "IPv6",
      proxies: ["fd00::/8"],
      remote: "fd00::1",
      forwarded: "2a02:2121::7",
      address: "2a02:2121::7",
    },
    { name: "with a port", proxies: ["::1"], remote: "::1", forwarded: `${user}:4711`, address: user },
    {
      name: "IPv6 with a port",
      proxies: ["::1"],
      remote: "::1",
      forwarded: "[2a02:2121::7]:4711",
      address: "2a02:2121::7",
    },
    {
      name: "our proxy noted nothing",
      proxies: ["10.0.0.0/8"],
      remote: "10.1.2.3",
      forwarded: undefined,
      address: undefined,
    },
    {
      name: "our proxy noted no address",
      proxies: ["10.0.0.0/8"],
      remote: "10.1.2.3",
      forwarded: `${user}, unknown`,
      address: undefined,
    },
    {
      name: "nothing but our proxies",
      proxies: ["10.0.0.0/8"],
      remote: "10.1.2.3",
      forwarded: "10.2.2.2",
      address: undefined,
    },
    { name: "no connection any more", proxies: [], remote: undefined, forwarded: user, address: undefined },
  ])("$name", ({ proxies, remote, forwarded, address }) => {
    expect(clientAddress(proxies)(remote, forwarded)).toBe(address);
  });
});

test.each(["0.0.0.0/0", "::/0", "10.0.0.0/33", "proxy.internal", "", "10.0.0.0/8/8"])(
  "refuses to trust %j",
  (range) => {
    expect(() => clientAddress([range])).toThrow(/trustedProxies/);
  },
);
