import { useCallback, useEffect, useRef, useState } from "react";
import { getHash } from "./index.js";

/** What `useFingerprint` gives. */
export interface FingerprintState {
  /** The fingerprint of this browser; undefined until it is there, a tenth of a second or so, and on the server. */
  readonly fingerprint: string[] | undefined;
  /** The same, waited for: for the moment when the form is sent. Never rejects. */
  readonly getFingerprint: () => Promise<string[]>;
}

/**
 * The fingerprint of this browser, read once when the component is first shown, so that it is there when the user has typed the password.
 */
export function useFingerprint(): FingerprintState {
  const [fingerprint, setFingerprint] = useState<string[]>();
  const reading = useRef<Promise<string[]>>(undefined);
  const getFingerprint = useCallback(() => {
    reading.current ??= getHash();
    return reading.current;
  }, []);
  useEffect(() => {
    let shown = true;
    void getFingerprint().then((entries) => {
      if (shown) setFingerprint(entries);
    });
    return () => {
      shown = false;
    };
  }, [getFingerprint]);
  return { fingerprint, getFingerprint };
}
