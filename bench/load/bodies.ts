import { createHash } from "node:crypto";
import { desktop } from "../../server/device/fingerprint.js";

/** A number from 0 to 1, always the same for one seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const componentNames = [
  "engine",
  "browser",
  "browser_major",
  "brands",
  "os",
  "os_version",
  "form_factor",
  "platform",
  "architecture",
  "vendor_flavors",
  "languages",
  "locale",
  "time_zone",
  "screen",
  "color_depth",
  "color_gamut",
  "preferences",
  "hardware_concurrency",
  "device_memory",
  "touch",
  "plugins",
  "codecs",
  "math",
  "fonts",
  "canvas_shapes",
  "canvas_text",
  "audio",
  "webgl_vendor",
  "webgl_renderer",
  "webgl_parameters",
  "webgl_extensions",
] as const;

/**
 * The hash array of an imagined device, in the browser SDK's format. Every second one is a desktop; these are also looked for among the devices of
 * other users.
 */
export function fingerprintOf(device: string): string[] {
  const digestOf = (what: string) =>
    createHash("sha256").update(`${device}/${what}`).digest("hex").slice(0, 16);
  const isDesktop = digestOf("kind") < "8";
  return [
    "v:1",
    ...componentNames.map((name) => {
      const digest = name === "form_factor" && isDesktop ? desktop : digestOf(name);
      return `${name}:${digest}`;
    }),
  ];
}

/** A public IPv4 address, somewhere in the consumer networks of 80/8 to 99/8. */
export function addressOf(seed: number): string {
  const random = seeded(seed);
  const octet = () => 1 + Math.floor(random() * 254);
  return `${80 + Math.floor(random() * 20)}.${octet()}.${octet()}.${octet()}`;
}

/** One evaluate request as REST JSON. */
export interface Body {
  readonly action: "login";
  readonly user: string;
  readonly fingerprint: readonly string[];
  readonly ip: string;
  readonly email: string;
  readonly metadata: { readonly plan: string };
}

/** The login of a user from the device and address that the user always has. */
export function usualBody(user: number): Body {
  return {
    action: "login",
    user: `user-${user}`,
    fingerprint: fingerprintOf(`device of ${user}`),
    ip: addressOf(user),
    email: `user-${user}@example.com`,
    metadata: { plan: "basic" },
  };
}

/** A stream of logins: Zipf over the users, 90 % from the usual device, 9 % from another one, 1 % attacks from another device and address. */
export function mixedBodies(count: number, users: number, seed: number): Body[] {
  const random = seeded(seed);
  // Zipf with exponent 1 by inversion: the rank is users^u.
  return Array.from({ length: count }, (_, index) => {
    const body = usualBody(Math.floor(users ** random()) - 1);
    const kind = random();
    if (kind < 0.9) return body;
    const fingerprint = fingerprintOf(`other device ${index}`);
    return kind < 0.99
      ? { ...body, fingerprint }
      : { ...body, fingerprint, ip: addressOf(1_000_000 + index) };
  });
}
