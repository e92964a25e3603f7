import type { GuardAnswer } from "@ruptjs/core/express";
import Rupt from "rupt";

/** What `GET /demo` answers. */
interface Demo {
  readonly places: readonly { readonly id: string; readonly label: string }[];
  readonly inbox_url: string;
  readonly email: string;
  readonly password: string;
}

/** What `GET /session` answers. */
type SessionAnswer =
  | { readonly signed_in: false }
  | {
      readonly signed_in: true;
      readonly name: string;
      readonly email: string;
      readonly restricted: boolean;
      readonly challenged: boolean;
      readonly verdict?: string;
      readonly signals: readonly { readonly direction: string; readonly message: string }[];
    };

const views = ["login", "challenge", "account"] as const;

function part<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

const loginForm = part("login-form", HTMLFormElement);
const codeForm = part("code-form", HTMLFormElement);
const resend = part("resend", HTMLButtonElement);
const place = part("place", HTMLSelectElement);
const anotherDevice = part("another-device", HTMLInputElement);

// Begun now, so that it is there when it is needed.
const fingerprint = Rupt.getHash();

function say(id: string, text: string): void {
  part(id, HTMLElement).textContent = text;
}

function show(view: (typeof views)[number]): void {
  for (const id of views) part(id, HTMLElement).hidden = id !== view;
  part("pretend", HTMLElement).hidden = view !== "login";
  part("code-note", HTMLElement).hidden = view !== "challenge";
  part("why", HTMLElement).hidden = view !== "account";
  say("login-message", "");
  say("code-message", "");
  const first = { login: "[name=email]", challenge: "[name=code]", account: "h1" }[view];
  part(view, HTMLElement).querySelector<HTMLElement>(first)?.focus();
}

async function post(path: string, body: unknown): Promise<GuardAnswer> {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await response.json()) as GuardAnswer;
  } catch {
    return { status: "unavailable" };
  }
}

const unavailable = "That did not work just now. Please try again in a moment.";

/** Runs what a form is for, and lets nobody press its button twice meanwhile. */
async function during(button: HTMLButtonElement | null, work: () => Promise<void>): Promise<void> {
  if (button === null || button.disabled) return;
  button.disabled = true;
  await work();
  button.disabled = false;
}

let waiting: ReturnType<typeof setInterval> | undefined;

/** Counts down to when another code may be asked for. */
function holdResend(seconds: number): void {
  clearInterval(waiting);
  let left = seconds;
  const tick = () => {
    resend.disabled = left > 0;
    resend.textContent = left > 0 ? `Send another code (${left} s)` : "Send another code";
    if (left <= 0) clearInterval(waiting);
    left -= 1;
  };
  waiting = setInterval(tick, 1000);
  tick();
}

function startAnew(message: string): void {
  show("login");
  say("login-message", message);
}

async function sendCode(): Promise<void> {
  const answer = await post("/login/send", {});
  switch (answer.status) {
    case "sent":
      say(
        "challenge-text",
        `We do not know this device here. A code is on its way to ${answer.destination}.`,
      );
      say("code-message", "");
      holdResend(answer.resend_after_seconds);
      break;
    case "wait":
      say("code-message", `Another code can be sent in ${answer.retry_after_seconds} seconds.`);
      holdResend(Math.min(answer.retry_after_seconds, 600));
      break;
    case "ended":
      startAnew("This login took too long. Please log in again.");
      break;
    default:
      say("code-message", unavailable);
  }
}

async function submitLogin(): Promise<void> {
  const fields = new FormData(loginForm);
  const answer = await post("/login", {
    email: fields.get("email"),
    password: fields.get("password"),
    fingerprint: await fingerprint,
    pretend: { place: place.value, anotherDevice: anotherDevice.checked },
  });
  switch (answer.status) {
    case "signed_in":
      await showSession();
      break;
    case "challenge":
      codeForm.reset();
      show("challenge");
      await sendCode();
      break;
    case "refused":
      // One sentence for all of it: a wrong address, a wrong password, a login that is denied.
      say("login-message", "That did not match. Please check e-mail and password.");
      part("login", HTMLElement).querySelector<HTMLInputElement>("[name=password]")?.select();
      break;
    default:
      say("login-message", unavailable);
  }
}

async function submitCode(): Promise<void> {
  const answer = await post("/login/verify", { code: new FormData(codeForm).get("code") });
  const input = codeForm.querySelector<HTMLInputElement>("[name=code]");
  switch (answer.status) {
    case "signed_in":
      await showSession();
      break;
    case "wrong_code":
      say(
        "code-message",
        `That is not the code. ${answer.attempts_remaining} more ${answer.attempts_remaining === 1 ? "try" : "tries"}.`,
      );
      input?.select();
      break;
    case "malformed_code":
      say("code-message", "The code has six digits.");
      input?.focus();
      break;
    case "wait":
      say("code-message", `Please wait ${answer.retry_after_seconds} seconds.`);
      break;
    case "ended":
      startAnew("This login is over. Please log in again.");
      break;
    default:
      say("code-message", unavailable);
  }
}

async function showSession(): Promise<void> {
  const response = await fetch("/session");
  const session = (await response.json()) as SessionAnswer;
  if (!session.signed_in) {
    show("login");
    return;
  }
  say("account-title", `Welcome, ${session.name}`);
  const asked = session.challenged ? "A code was asked for and given." : "No code was asked for.";
  const kept = session.restricted ? " Payments are held back for now." : "";
  say("account-text", `You are logged in as ${session.email}. ${asked}${kept}`);
  say("verdict", session.verdict ?? "not known any more");
  const items = session.signals.map(({ direction, message }) => {
    const item = document.createElement("li");
    item.className = direction;
    const text = document.createElement("span");
    text.textContent = message;
    item.append(text);
    return item;
  });
  part("signals", HTMLElement).replaceChildren(...items);
  loginForm.reset();
  show("account");
}

async function start(): Promise<void> {
  loginForm.addEventListener("submit", (event) => {
    event.preventDefault();
    void during(loginForm.querySelector("button"), submitLogin);
  });
  codeForm.addEventListener("submit", (event) => {
    event.preventDefault();
    void during(codeForm.querySelector("button"), submitCode);
  });
  resend.addEventListener("click", () => void sendCode());
  part("back", HTMLButtonElement).addEventListener("click", () => show("login"));
  part("logout", HTMLButtonElement).addEventListener("click", async () => {
    await post("/logout", {});
    show("login");
  });

  const demo = (await (await fetch("/demo")).json()) as Demo;
  place.replaceChildren(...demo.places.map(({ id, label }) => new Option(label, id)));
  part("inbox", HTMLAnchorElement).href = demo.inbox_url;
  const credentials = part("credentials", HTMLElement);
  for (const [label, value] of [
    ["", demo.email],
    [" with the password ", demo.password],
  ] as const) {
    const text = document.createElement("code");
    text.textContent = value;
    credentials.append(label, text);
  }
  await showSession();
}

await start();
