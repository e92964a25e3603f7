import { collect } from "./collect.js";
import { openProbe } from "./probe.js";
import { sources } from "./sources.js";
import { browserTiming } from "./timing.js";

/**
 * The fingerprint of this browser: an array to be sent with the login to your server, which passes it on as
 * `fingerprint`. The first entry states the version, `v:1`; every other is `name:` followed by 16 hexadecimal digits,
 * by `-` (no such trait, or not readable) or by `!` (not known in time). Same length and order every time.
 *
 * Never rejects, makes no network request, stores nothing. Waits for nothing longer than 150 ms.
 */
export async function getHash(): Promise<string[]> {
  return collect(sources, openProbe(), browserTiming);
}

/** The SDK under one name: `Rupt.getHash()`, as the script build has it. */
const Rupt: {
  /** See {@link getHash}. */
  readonly getHash: () => Promise<string[]>;
} = { getHash };

export default Rupt;
