import { type Api, failureOf, openApi } from "./api.js";
import type { Channel, Described } from "./described.js";
import { type Content, element, filled, isolated, minutes } from "./dom.js";
import { endOf, type Step, stepOf } from "./step.js";
import { keepTicket, readTicket } from "./token.js";
import { chooseView, codeView, endView, isWhole, type View } from "./views.js";
import type { Wording } from "./wording.js";
import { isPageLanguage, wordings, wrongCode } from "./wordings.js";

/** The server has chosen the language, from the address or the browser's preferences. */
const { lang } = document.documentElement;
const language = isPageLanguage(lang) ? lang : "en";
const words: Wording = wordings[language];

/** Shortest time between two looks at a challenge that should have ended by now. */
const leastWaitSeconds = 5;

const heading = element("h1", { tabindex: "-1" }, words.title);
const brandLine = element("p", { class: "brand" });
// Both stay in the page, empty or not, or else screen readers do not announce what appears in them.
const alertLine = element("p", { id: "alert", role: "alert" });
const statusLine = element("p", { role: "status" });
const stage = element("div", { class: "stage" });

/**
 * When they are in the page. The script stands before the body, so that the first question is on its way while the browser reads and draws the rest.
 */
const mounted = new Promise<void>((resolve) => {
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector("main")?.replaceChildren(brandLine, heading, alertLine, statusLine, stage);
    statusLine.textContent = words.loading;
    resolve();
  });
});

let described: Described | undefined;
let shown: Step | undefined;
let view: View | undefined;
let ending: ReturnType<typeof setTimeout> | undefined;

function say(line: HTMLElement, ...content: readonly Content[]): void {
  alertLine.replaceChildren();
  statusLine.replaceChildren();
  line.replaceChildren(...content);
}

function put(step: Step, next: View): void {
  view?.leave?.();
  const first = shown === undefined;
  [shown, view] = [step, next];
  say(statusLine);
  heading.textContent = next.title;
  brandLine.textContent = described?.brand ?? "";
  document.title = [next.title, described?.brand ?? ""].filter((part) => part !== "").join(" – ");
  stage.replaceChildren(...next.content);
  if (next.focus !== undefined) next.focus();
  else if (!first) heading.focus();
}

function show(api: Api, step: Step): void {
  if (described !== undefined && step === "choose") {
    put(
      step,
      chooseView({ words, described }, (channel) => send(api, channel)),
    );
  } else if (described !== undefined && step === "code") {
    put(
      step,
      codeView({ words, described }, alertLine.id, {
        verify: (code) => verify(api, code),
        resend: (channel) => send(api, channel),
        otherWay: () => show(api, "choose"),
      }),
    );
  } else if (step !== "choose" && step !== "code") {
    put(
      step,
      endView(words, step, described, () => void look(api)),
    );
  }
}

/** Looks again when the challenge's time is up; a step that has come to its end is left. */
function watchTheEnd(api: Api): void {
  clearTimeout(ending);
  const seconds = described?.expiresInSeconds ?? 0;
  if (seconds > 0) ending = setTimeout(() => void refresh(api), Math.max(leastWaitSeconds, seconds) * 1000);
}

/** Asks how the challenge stands. Where that fails, answers undefined and shows why. */
async function ask(api: Api): Promise<Step | undefined> {
  try {
    described = await api.describe().finally(() => mounted);
    watchTheEnd(api);
    return stepOf(described);
  } catch (error) {
    show(api, endOf(failureOf(error).reason));
    return undefined;
  }
}

async function look(api: Api): Promise<void> {
  const step = await ask(api);
  if (step !== undefined) show(api, step);
}

/** Looks whether the step is still the right one, and leaves it alone if it is, or if the server does not answer. */
async function refresh(api: Api): Promise<void> {
  try {
    described = await api.describe();
  } catch {
    return;
  }
  watchTheEnd(api);
  const step = stepOf(described);
  const stays = step === shown || (step === "code" && shown === "choose");
  if (!stays) show(api, step);
}

async function send(api: Api, channel: Channel | undefined): Promise<void> {
  const again = shown === "code";
  try {
    await api.send(channel);
  } catch (error) {
    await explain(api, error);
    return;
  }
  await look(api);
  const to = described?.destinations.find((destination) => destination.channel === described?.channel);
  if (again && to !== undefined && shown === "code") {
    say(statusLine, ...filled(words.resent, { contact: isolated(to.contact) }));
  }
}

async function verify(api: Api, code: string): Promise<void> {
  if (!isWhole(code)) {
    say(alertLine, words.codeMalformed);
    view?.reject?.();
    return;
  }
  let right: boolean;
  try {
    right = await api.verify(code);
  } catch (error) {
    await explain(api, error);
    return;
  }
  if (right) {
    await look(api);
    // Not to be come back to: the back button leads to where the user came from.
    if (shown === "passed" && described?.returnUrl !== undefined) location.replace(described.returnUrl);
    return;
  }
  await refresh(api);
  if (shown === "code") {
    say(alertLine, wrongCode(language, described?.attemptsRemaining ?? 0));
    view?.reject?.();
  }
}

/** Says why a call failed; where the challenge has ended, shows that instead. */
async function explain(api: Api, error: unknown): Promise<void> {
  const { reason, retryAfterSeconds } = failureOf(error);
  if (reason === "unreachable") return say(alertLine, words.offline);
  if (reason === "resend_too_soon") return look(api);
  if (endOf(reason) !== "unreachable" || reason.startsWith("challenge_")) return look(api);
  if (reason === "delivery_failed") return say(alertLine, words.deliveryFailed);
  if (retryAfterSeconds !== undefined) {
    return say(alertLine, ...filled(words.waitFor, { time: isolated(minutes(retryAfterSeconds)) }));
  }
  say(alertLine, words.failed);
}

// Another link to the same challenge, opened in this tab.
addEventListener("hashchange", () => location.reload());

const ticket = readTicket();
if (ticket === undefined) {
  void mounted.then(() =>
    put(
      "invalid",
      endView(words, "invalid", undefined, () => {}),
    ),
  );
} else {
  const api = openApi(ticket, language);
  // Not from within the script's first run: to note where a request comes from, as they do for developer tools, browsers read all that runs anew.
  queueMicrotask(() => {
    void look(api);
    // Storage and address make the page wait for the browser, so the question goes first.
    keepTicket(ticket);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void refresh(api);
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) void refresh(api);
  });
}
