import Bowser from "bowser";
import { sdk1 } from "./dialect.js";
import { digestOf, type Fingerprint } from "./fingerprint.js";

/** What the parts of our SDK's array are that change with an update. */
const agentParts = ["browser_major", "brands", "os_version", "engine"];

/** An odd number with bits all over: the golden ratio of 32 bits. */
const mixer = 0x9e3779b1;

/** The first 32 bits of a digest, as it spells them: a user has few browsers, and what counts is whether two are equal. */
const short = (digest: string | undefined): string => digest?.slice(0, 8) ?? absent;
const absent = "00000000";

/**
 * The kind of browser as one key, `os|browser|version`, from coarse to fine: equal beginnings mean the same system, or the same browser on it.
 * From our SDK's components (as hashes), else from the User-Agent header; undefined when neither names a system or browser. The parts are hashes or
 * words, and cannot hold a `|`.
 */
export function clientKey(
  fingerprint: Fingerprint | undefined,
  userAgent: string | undefined,
): string | undefined {
  if (fingerprint?.dialect === sdk1) {
    const part = (name: string) => short(digestOf(fingerprint, name));
    const [os, browser] = [part("os"), part("browser")];
    if (os !== absent || browser !== absent) {
      let agent = 0;
      // The digests are spread evenly, so that mixing them by an odd number keeps different ones apart.
      for (const name of agentParts)
        agent = (Math.imul(agent, mixer) + Number.parseInt(part(name), 16)) >>> 0;
      return `${os}|${browser}|${agent.toString(16).padStart(8, "0")}`;
    }
  }
  return userAgent === undefined ? undefined : keyOfUserAgent(userAgent);
}

/** Parsing a header costs more than all reasons together, and few of them are different. */
const parsed = new Map<string, string | undefined>();
const mostParsed = 4096;

function keyOfUserAgent(userAgent: string): string | undefined {
  if (parsed.has(userAgent)) return parsed.get(userAgent);
  if (parsed.size >= mostParsed) parsed.clear();
  const key = parse(userAgent);
  parsed.set(userAgent, key);
  return key;
}

function parse(userAgent: string): string | undefined {
  const { os, browser, platform } = Bowser.getParser(userAgent).getResult();
  if (os.name === undefined && browser.name === undefined) return undefined;
  const word = (text: string | undefined) => (text ?? "").toLowerCase().replaceAll("|", "");
  return [
    `${word(os.name)} ${word(platform.type)}`.trim(),
    word(browser.name),
    `${word(browser.version)} ${word(os.version)}`.trim(),
  ].join("|");
}
