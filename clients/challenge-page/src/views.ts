import { countDown } from "./countdown.js";
import type { Channel, Described } from "./described.js";
import { codeDigits, codeIn } from "./digits.js";
import { element, filled, isolated, minutes } from "./dom.js";
import type { End, Wording } from "./wording.js";

/** One step on the page. */
export interface View {
  readonly title: string;
  readonly content: readonly Node[];
  /** Puts the focus where the user goes on. */
  focus?(): void;
  /** Marks what was entered as wrong, so that it is entered anew. */
  reject?(): void;
  /** Stops its timers. */
  leave?(): void;
}

/** What the views share. */
export interface Scene {
  readonly words: Wording;
  readonly described: Described;
}

/** A button that can be told to wait without losing the focus; a click on it does nothing meanwhile. */
function button(
  label: string,
  kind: "primary" | "plain",
  type: "submit" | "button",
  press?: () => void,
): { readonly node: HTMLButtonElement; wait(text: string | undefined): void; readonly waits: () => boolean } {
  const node = element("button", { type, class: kind }, label);
  const waits = () => node.getAttribute("aria-disabled") === "true";
  node.addEventListener("click", (event) => {
    if (waits()) event.preventDefault();
    else press?.();
  });
  return {
    node,
    waits,
    wait(text) {
      node.textContent = text ?? label;
      if (text === undefined) node.removeAttribute("aria-disabled");
      else node.setAttribute("aria-disabled", "true");
    },
  };
}

/** Shows on a button how long no code may be asked for. Answers how to stop. */
function waitForTurn(
  { words, described }: Scene,
  sendButton: { wait(text: string | undefined): void },
): () => void {
  return countDown(described.resendAfterSeconds, (left) =>
    sendButton.wait(left === 0 ? undefined : words.resendIn.replace("{time}", minutes(left))),
  );
}

function channelWord(words: Wording, channel: Channel): string {
  return channel === "sms" ? words.sms : words.email;
}

/** Where should the code go? `send` resolves when the attempt is over, however it ended. */
export function chooseView(scene: Scene, send: (channel: Channel | undefined) => Promise<void>): View {
  const { words, described } = scene;
  const { destinations, brand, sendsRemaining } = described;
  const intro = element("p", {}, ...filled(words.intro, { brand: element("bdi", {}, brand) }));
  if (sendsRemaining === 0) {
    const none = element("p", {}, ...filled(words.noMoreSends, { brand }));
    return { title: words.title, content: [intro, none] };
  }
  const [only] = destinations.length === 1 ? destinations : [];
  const radios = destinations.map(({ channel }, index) =>
    element("input", { type: "radio", name: "to", value: channel, checked: index === 0 }),
  );
  const rows = destinations.map(({ channel, contact }, index) =>
    element(
      "label",
      { class: "row" },
      radios[index] ?? "",
      element("span", {}, channelWord(words, channel), element("br", {}), isolated(contact)),
    ),
  );
  const where =
    only === undefined
      ? element("fieldset", {}, element("legend", {}, words.where), ...rows)
      : element("p", {}, ...filled(words.whereOnly, { contact: isolated(only.contact) }));
  const submit = button(words.send, "primary", "submit");
  const form = element("form", {}, where, submit.node);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.waits()) return;
    submit.wait(words.sending);
    await send(destinations[radios.findIndex((radio) => radio.checked)]?.channel);
    submit.wait(undefined);
  });
  return { title: words.title, content: [intro, form], leave: waitForTurn(scene, submit) };
}

/** What the entry of a code can do. */
export interface CodeActions {
  verify(code: string): Promise<void>;
  resend(channel: Channel | undefined): Promise<void>;
  otherWay(): void;
}

/** Enter the code; `alertId` names the element that says what is wrong with it. */
export function codeView(scene: Scene, alertId: string, actions: CodeActions): View {
  const { words, described } = scene;
  const { destinations, channel, sendsRemaining, brand } = described;
  const input = element("input", {
    id: "code",
    name: "code",
    type: "text",
    dir: "ltr",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "done",
    required: true,
    "aria-describedby": `code-hint ${alertId}`,
  });
  // A pasted message is read as a whole before it is cut, so there is no maxlength.
  input.addEventListener("input", () => {
    const code = codeIn(input.value);
    if (code !== input.value) input.value = code;
    input.removeAttribute("aria-invalid");
  });
  const submit = button(words.confirm, "primary", "submit");
  const form = element(
    "form",
    { novalidate: true },
    element("label", { for: "code" }, words.code),
    input,
    element("p", { id: "code-hint", class: "hint" }, words.codeHint),
    submit.node,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.waits()) return;
    submit.wait(words.confirming);
    await actions.verify(codeIn(input.value));
    submit.wait(undefined);
  });

  const again = button(words.resend, "plain", "button", async () => {
    stop();
    again.wait(words.sending);
    await actions.resend(channel);
    again.wait(undefined);
  });
  const stop = sendsRemaining === 0 ? () => {} : waitForTurn(scene, again);
  const other = button(words.otherWay, "plain", "button", actions.otherWay);
  const to = destinations.find((destination) => destination.channel === channel) ?? destinations[0];
  const more = sendsRemaining === 0 ? element("p", {}, ...filled(words.noMoreSends, { brand })) : again.node;
  return {
    title: words.title,
    content: [
      element("p", {}, ...filled(words.sent, { contact: to === undefined ? "" : isolated(to.contact) })),
      form,
      element(
        "div",
        { class: "more" },
        more,
        ...(destinations.length > 1 && sendsRemaining > 0 ? [other.node] : []),
      ),
    ],
    leave: () => stop(),
    focus: () => input.focus(),
    reject() {
      input.setAttribute("aria-invalid", "true");
      input.focus();
      input.select();
    },
  };
}

/** Whether what was entered can be a code at all. */
export function isWhole(code: string): boolean {
  return code.length === codeDigits;
}

/** Ends at which another look can help. */
const passing: ReadonlySet<End> = new Set(["unreachable", "nothing"]);

/** How it ended. */
export function endView(
  words: Wording,
  end: End,
  described: Described | undefined,
  tryAgain: () => void,
): View {
  const { title, text } = words.ends[end];
  const brand = element("bdi", {}, described?.brand ?? "");
  const { returnUrl } = described ?? {};
  const passed = end === "passed" || end === "used";
  return {
    title,
    content: [
      element("p", {}, ...filled(text, { brand })),
      ...(passed && returnUrl !== undefined
        ? [element("a", { class: "primary", href: returnUrl }, words.goOn)]
        : []),
      ...(passed && returnUrl === undefined
        ? [element("p", {}, ...filled(words.closePage, { brand: brand.cloneNode(true) }))]
        : []),
      ...(passing.has(end) ? [button(words.tryAgain, "primary", "button", tryAgain).node] : []),
    ],
  };
}
