import { BlockList, isIP } from "node:net";
import { invalidUse } from "../error.js";

/** Answers the end user's address of a request, or undefined when it cannot be told. */
export type ClientAddress = (
  remoteAddress: string | undefined,
  forwardedFor: string | undefined,
) => string | undefined;

/** An address without port, brackets or IPv4-in-IPv6 wrapping; undefined when it is none. */
function plain(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare.replace(/%.*$/, "");
  return isIP(address) === 0 ? undefined : address;
}

function family(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

function proxyList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
    const longest = isIP(address) === 4 ? 32 : 128;
    const prefix = bits === undefined ? longest : Number(bits);
    if (isIP(address) === 0 || prefix > longest)
      throw invalidUse("trustedProxies", `"${range}" must be an address or a range such as 10.0.0.0/8`);
    if (prefix === 0)
      throw invalidUse(
        "trustedProxies",
        `"${range}" trusts everybody, so that anybody could claim any address`,
      );
    list.addSubnet(address, prefix, family(address));
  }
  return list;
}

/**
 * Reads the end user's address: that of the connection, or, where that is one of your proxies, what the proxies noted in
 * `X-Forwarded-For`, read from the right for as long as the noting proxy is one of yours. What stands further left is anybody's claim
 * and is not looked at. @throws RuptError when a range cannot be, or trusts everybody
 */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  const proxies = proxyList(trustedProxies);
  return (remoteAddress, forwardedFor) => {
    const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
    let address = plain(remoteAddress ?? "");
    while (address !== undefined && proxies.check(address, family(address))) {
      const hop = hops.pop();
      // Behind nothing but proxies of yours: the address is not known, and theirs would be everybody's.
      if (hop === undefined || hop === "") return undefined;
      address = plain(hop);
    }
    return address;
  };
}
