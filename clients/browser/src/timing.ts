import type { Timing } from "./collect.js";

/** The limits of a real page. */
export const browserTiming: Timing = {
  workLimitMs: 1000,
  waitLimitMs: 150,
  turnMs: 16,
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  // Not a timer: browsers make timers wait, a second and longer on a tab in the background.
  giveTurn: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }),
};
