import { ageDays, type Device, type Sight } from "./device.js";
import type { Frequency } from "./frequency.js";
import type { KeptReading, Reading } from "./reading.js";
import { areOfTwo, type Weight, weigh } from "./weigh.js";

/** A device that a fingerprint may belong to. `own`: it was seen for this user; `others`: only for others. */
export interface Candidate {
  readonly device: Device;
  readonly standing: "own" | "others";
}

/** What the fingerprint is of. */
export interface Recognition {
  /** Undefined: a device that was not seen before. */
  readonly device: Device | undefined;
  /** 0 to 1: that it is this device, or a new one. */
  readonly confidence: number;
  /** Names of the traits that changed since it was last seen. */
  readonly changed: readonly string[];
  /**
   * What became of the device token: `agrees` with the fingerprint; `contradicts` it, so the token was taken elsewhere; `unproven`: the
   * fingerprint says too little to tell.
   */
  readonly token: "absent" | "agrees" | "contradicts" | "unproven";
}

/** How much of what happens is what, before the fingerprint is looked at. */
const prior = {
  /** A login from a device that was seen for the user: 91 % of logins that are not a user's first (Wiefling et al. 2022). */
  own: 0.91,
  /** From a device never seen for the user. */
  fresh: 0.09,
  /** Of those, that it is one certain device of another user: some share a machine, but there are a million. */
  other: 0.09 * 2 ** -19,
  /** A valid token comes from its own device, and not from where it was copied to. */
  token: 0.97,
} as const;

/** Belonging to the user is accepted from this on. */
const enoughForOwn = 0.97;
/** That it is one certain device of another user must be all but sure. */
const enoughForOthers = 0.995;
/** Least agreement, in bits, for anything to be recognised: a few common traits are no device. */
const leastAgreedBits = 8;
/** Beyond these a weight says nothing more. */
const mostBits = 60;

interface Compared extends Candidate {
  readonly weight: Weight;
}

interface Judged extends Compared {
  readonly likelihood: number;
}

/** What is said of two browsers, of whom it does not matter how much else they share. */
const twoBrowsers: Weight = { bits: 0, agreedBits: 0, changed: [], vetoed: true };

/**
 * The weight of the best of a device's fingerprints; undefined where none can be compared. Most of a user's devices are other browsers, which a
 * few traits tell; only of the token's device it matters how far it is from what is shown.
 */
function weighDevice(
  sight: Sight,
  { device, standing }: Candidate,
  isHolder: boolean,
  now: number,
  frequency: Frequency,
): Weight | undefined {
  const { dialect } = sight;
  const weighed = (reading: Reading, kept: KeptReading): Weight =>
    !isHolder && areOfTwo(dialect, reading, kept.reading)
      ? twoBrowsers
      : weigh(dialect, reading, kept.reading, {
          days: ageDays(kept, now),
          frequency,
          mobile: !sight.distinctive,
          own: standing === "own",
        });
  let best: Weight | undefined;
  for (const kept of device.readings) {
    if (kept.dialect !== dialect.name) continue;
    for (const { keyId, present, former } of sight.concealed) {
      if (keyId !== kept.keyId) continue;
      best = better(best, weighed(present, kept));
      if (former !== undefined) best = better(best, weighed(former, kept));
    }
  }
  return best;
}

const better = (best: Weight | undefined, other: Weight): Weight =>
  best === undefined || rank(other) > rank(best) ? other : best;

const rank = ({ bits, vetoed }: Weight): number => (vetoed ? bits - 1000 : bits);

/**
 * Says which device a fingerprint is of. A device of the user's own needs little, one of another user nearly certainty and a distinctive
 * machine; a device token makes its device the likeliest, but proves nothing alone. `tokenDeviceId` is that of a valid token.
 */
export function recognise(
  sight: Sight,
  candidates: readonly Candidate[],
  tokenDeviceId: string | undefined,
  { now, frequency }: { readonly now: number; readonly frequency: Frequency },
): Recognition {
  let holder: Compared | undefined;
  /** Those that may be it; most of a user's devices are not. */
  const possible: Compared[] = [];
  for (const candidate of candidates) {
    const { device, standing } = candidate;
    const isHolder = device.deviceId === tokenDeviceId;
    const weight = weighDevice(sight, candidate, isHolder, now, frequency);
    if (weight === undefined || (weight.vetoed && !isHolder)) continue;
    const compared = { device, standing, weight };
    if (isHolder) holder ??= compared;
    if (!weight.vetoed) possible.push(compared);
  }
  const proven = holder !== undefined && (sight.dialect.whole || holder.weight.agreedBits >= leastAgreedBits);
  const owned = possible.filter(({ standing }) => standing === "own").length;

  const left = proven ? 1 - prior.token : 1;
  const judged = possible
    .filter(({ weight, standing, device }) => {
      if (proven && device === holder?.device) return true;
      return weight.agreedBits >= leastAgreedBits && (standing === "own" || sight.distinctive);
    })
    .map((candidate): Judged => {
      const before =
        proven && candidate.device === holder?.device
          ? prior.token
          : left * (candidate.standing === "own" ? prior.own / owned : prior.other);
      return { ...candidate, likelihood: before * 2 ** Math.min(mostBits, candidate.weight.bits) };
    })
    .sort((a, b) => b.likelihood - a.likelihood);

  const fresh = left * prior.fresh;
  const total = judged.reduce((sum, { likelihood }) => sum + likelihood, fresh);
  const [best] = judged;
  const accepted = best !== undefined && isEnough(best, judged, total, holder?.device);
  const device = accepted ? best.device : undefined;
  return {
    device,
    confidence: (accepted ? best.likelihood : total - (best?.likelihood ?? 0)) / total,
    changed: accepted ? best.weight.changed : [],
    token: tokenVerdict(),
  };

  function tokenVerdict(): Recognition["token"] {
    if (tokenDeviceId === undefined) return "absent";
    if (holder === undefined) return "unproven";
    if (device === holder.device) return "agrees";
    return holder.weight.vetoed || holder.weight.bits < 0 || device !== undefined
      ? "contradicts"
      : "unproven";
  }
}

function isEnough(
  best: Judged,
  judged: readonly Judged[],
  total: number,
  holder: Device | undefined,
): boolean {
  if (best.standing === "others" && best.device !== holder) return best.likelihood / total >= enoughForOthers;
  // Which of two look-alikes of the same user it is matters little; that it is one of them does.
  const own = judged
    .filter(({ standing, device }) => standing === "own" || device === holder)
    .reduce((sum, { likelihood }) => sum + likelihood, 0);
  return own / total >= (best.device === holder ? 0.5 : enoughForOwn);
}
