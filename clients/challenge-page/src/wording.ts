/** How one of the page's ends is told. */
export interface EndWording {
  readonly title: string;
  readonly text: string;
}

/** Everything that the page says in one language. `{brand}`, `{contact}`, `{time}` and `{n}` are filled in. */
export interface Wording {
  readonly direction: "ltr" | "rtl";
  readonly title: string;
  readonly loading: string;
  readonly needsScript: string;
  readonly intro: string;
  readonly where: string;
  /** Where there is nothing to choose. */
  readonly whereOnly: string;
  readonly email: string;
  readonly sms: string;
  readonly send: string;
  readonly sending: string;
  readonly sent: string;
  readonly resent: string;
  readonly code: string;
  readonly codeHint: string;
  readonly codeMalformed: string;
  readonly confirm: string;
  readonly confirming: string;
  readonly resend: string;
  readonly resendIn: string;
  readonly noMoreSends: string;
  readonly otherWay: string;
  /** By plural category (CLDR); `other` where the language has no form of its own. */
  readonly wrong: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };
  readonly goOn: string;
  readonly closePage: string;
  readonly tryAgain: string;
  readonly deliveryFailed: string;
  readonly waitFor: string;
  readonly offline: string;
  readonly failed: string;
  readonly ends: Readonly<Record<End, EndWording>>;
}

/** How the page can end. */
export type End =
  | "passed"
  | "used"
  | "expired"
  | "exhausted"
  | "superseded"
  | "invalid"
  | "nothing"
  | "no_contact"
  | "unreachable";
