import type { Clock, Instant } from "../clock.js";
import { assumedFrequency, countFrequency, type Frequency } from "../device/frequency.js";
import type { DeviceStore } from "../store/device-store.js";

/** How common trait values are in a project, as far as it is known now. Never waits: a project asked for the first time is counted meanwhile. */
export type Frequencies = (projectId: string) => Frequency;

/** How many of a project's newest devices are counted. */
const sampleSize = 2_000;
/** How old a count gets; shares move slowly. */
const freshMs = 10 * 60_000;
/** While a project has fewer devices than are counted, each one more changes the shares, and counting costs little. */
const freshWhileYoungMs = 10_000;
/** Most projects whose counts are kept; the one counted longest ago goes first. */
const maxProjects = 1_000;

interface Counted {
  readonly frequency: Frequency;
  /** From when on it is counted anew. */
  readonly staleAt: Instant;
}

/** What counting needs. */
export interface FrequenciesDeps {
  readonly clock: Clock;
  readonly devices: DeviceStore;
  /** Told of a count that failed; the one before stays in use. */
  readonly failed: (error: unknown) => void;
}

/** Counts samples in the background, so that no evaluation pays for it and nothing has to be written. */
export function createFrequencies({ clock, devices, failed }: FrequenciesDeps): Frequencies {
  const counted = new Map<string, Counted>();
  const underWay = new Set<string>();

  const count = async (projectId: string): Promise<void> => {
    try {
      const sample = await devices.sample(projectId, sampleSize);
      const staleAt = clock.now() + (sample.length < sampleSize ? freshWhileYoungMs : freshMs);
      counted.delete(projectId);
      counted.set(projectId, { frequency: countFrequency(sample), staleAt });
      const [oldest] = counted.keys();
      if (counted.size > maxProjects && oldest !== undefined) counted.delete(oldest);
    } catch (error) {
      failed(error);
    } finally {
      underWay.delete(projectId);
    }
  };

  return (projectId) => {
    const known = counted.get(projectId);
    const stale = known === undefined || clock.now() >= known.staleAt;
    if (stale && !underWay.has(projectId)) {
      underWay.add(projectId);
      void count(projectId);
    }
    return known?.frequency ?? assumedFrequency;
  };
}
