import type { Facts } from "../facts.js";
import { type Reason, rounded } from "./reason.js";

/**
 * Traits that one device seldom changes, in groups that change together, and the log-odds that another device of the same kind of browser
 * differs there rather than the same one (field measurements: language .96 to 1 unchanged, screen .67 to .99, renderer .96 to 1, fonts and
 * hardware higher). Versions are left out: they change with each update.
 */
const groups: readonly (readonly [traits: readonly string[], weight: number])[] = [
  [["hardware_concurrency", "device_memory", "model", "architecture"], 3.5],
  [["languages", "locale"], 2.5],
  [["fonts", "chosen_fonts"], 2.2],
  [["webgl_renderer", "webgl_vendor", "webgl_parameters", "canvas_shapes"], 2],
  [["screen", "color_depth", "color_gamut"], 2],
  [["preferences"], 1.5],
  [["time_zone"], 1],
  [["canvas_text"], 0.6],
];
/** Less than this is an update of fonts or drivers, another language, another monitor or a journey. */
const leastWeight = 3.2;

function sumOf({ observation }: Facts): number {
  const changed = new Set(observation.deviceChanged ?? []);
  return groups.reduce(
    (sum, [traits, weight]) => (traits.some((trait) => changed.has(trait)) ? sum + weight : sum),
    0,
  );
}

/**
 * The device was recognised, but traits changed that one device seldom changes: rather another one of the same make. Recognition counts how much
 * agrees among all devices; an attacker who takes the victim's system and browser agrees in much of that for nothing. Not where a device token proves the device.
 */
export const deviceChanged: Reason = {
  name: "device_changed",
  direction: "risk",
  weight: (facts) => Math.min(7, 1.2 * sumOf(facts)),
  evidence(facts) {
    if (facts.device.state !== "known" || facts.observation.deviceProven || sumOf(facts) < leastWeight)
      return undefined;
    const { deviceChanged = [], deviceConfidence } = facts.observation;
    return {
      changed: deviceChanged.join(", "),
      ...(deviceConfidence === undefined ? {} : { confidence: rounded(deviceConfidence, 4) }),
    };
  },
  message: ({ changed }) => `The device is known, but traits changed that seldom do: ${changed}.`,
  userMessage: "This device looks different from when you last used it.",
};
