import { openSite, read, startChromium } from "../../clients/browser/test/browser-lab.js";

/** How long `getHash()` of the browser SDK takes on a page of a Chromium that was just started, in milliseconds, once for each run. */
export async function coldFingerprints(runs: number): Promise<readonly number[]> {
  // From dist/bench, where this runs.
  const site = await openSite(new URL("../../clients/browser/dist/", import.meta.url), { "/": {} });
  const took: number[] = [];
  try {
    for (let run = 0; run < runs; run++) {
      const browser = await startChromium();
      try {
        const page = await (await browser.newContext({ viewport: null })).newPage();
        await page.goto(site.url("/"));
        took.push((await read(page)).tookMs);
      } finally {
        await browser.close();
      }
    }
  } finally {
    await site.close();
  }
  return took;
}
