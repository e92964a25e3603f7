/** A device that a fingerprint may belong to. */
export interface Candidate {
  readonly deviceId: string;
  /** Which of the fingerprint's identities led to it: 0 is the present one. */
  readonly identity: number;
}

/** The device that a fingerprint was recognised as. */
export interface Recognition {
  readonly deviceId: string;
  /** 0 to 1: that it is this device. */
  readonly confidence: number;
}

/** The present hash is equal. */
const confidenceOfPresent = 0.99;
/** Only a former hash is equal: the browser changed since. */
const confidenceOfFormer = 0.9;

/**
 * Chooses among the devices that share an identity with the fingerprint: one that is known for the user before any other, then by the
 * present identity before a former one. Undefined when there is none: the device is new to the project.
 */
export function recognise(
  candidates: readonly Candidate[],
  usersDevices: ReadonlySet<string>,
): Recognition | undefined {
  const rank = (candidate: Candidate) =>
    (usersDevices.has(candidate.deviceId) ? 0 : 1000) + candidate.identity;
  const best = [...candidates].sort((a, b) => rank(a) - rank(b))[0];
  if (best === undefined) return undefined;
  return {
    deviceId: best.deviceId,
    confidence: best.identity === 0 ? confidenceOfPresent : confidenceOfFormer,
  };
}
