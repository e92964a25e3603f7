/** The user agent client hints that are read. An empty string means that the browser keeps it back. */
export interface ClientHints {
  /** Names of the brands without versions, sorted, without the made-up ones. */
  readonly brands: readonly string[];
  /** Model of a phone or tablet; empty on a desktop. */
  readonly model: string;
  /** Version of the system, e.g. `15.0.0`. */
  readonly platformVersion: string;
}

interface UserAgentData {
  readonly brands: readonly { readonly brand: string }[];
  getHighEntropyValues(
    hints: readonly string[],
  ): Promise<{ readonly model?: string; readonly platformVersion?: string }>;
}

/** Reads the hints of this page; undefined where the browser has none. */
export async function readClientHints(): Promise<ClientHints | undefined> {
  if (!("userAgentData" in navigator)) {
    return undefined;
  }
  const data = navigator.userAgentData as UserAgentData;
  const details = await data.getHighEntropyValues(["model", "platformVersion"]);
  return {
    brands: realBrands(data.brands.map(({ brand }) => brand)),
    model: details.model ?? "",
    platformVersion: details.platformVersion ?? "",
  };
}

/** Leaves out the brand that Chromium makes up anew each time ("Not A;Brand"). */
export function realBrands(brands: readonly string[]): readonly string[] {
  return brands.filter((brand) => !/\bnot\b.*\bbrand\b/i.test(brand.replace(/[^a-z]+/gi, " "))).sort();
}
