import type { KeptReading } from "../device/reading.js";

/** Devices of a project as a whole. What a judgement needs of them, `EvaluationStore` reads and writes. */
export interface DeviceStore {
  /** The newest fingerprint of each of the project's `limit` newest devices. */
  sample(projectId: string, limit: number): Promise<readonly KeptReading[]>;
}
