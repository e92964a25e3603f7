import type { Wording } from "./wording.js";

/** English. */
export const en: Wording = {
  direction: "ltr",
  title: "Confirm it’s you",
  loading: "One moment…",
  needsScript: "This page needs JavaScript.",
  intro: "{brand} wants to make sure that this is really you.",
  where: "Where should the code go?",
  whereOnly: "The code will go to {contact}.",
  email: "E-mail",
  sms: "Text message",
  send: "Send code",
  sending: "Sending…",
  sent: "Enter the code sent to {contact}.",
  resent: "A new code is on its way to {contact}. The one before it no longer works.",
  code: "Code",
  codeHint: "6 digits",
  codeMalformed: "The code has 6 digits.",
  confirm: "Confirm",
  confirming: "Checking…",
  resend: "Send a new code",
  resendIn: "New code in {time}",
  noMoreSends: "No further code can be sent. If none has arrived, go back to {brand} and start again.",
  otherWay: "Send it another way",
  wrong: {
    one: "That code is not right. {n} try left.",
    other: "That code is not right. {n} tries left.",
  },
  goOn: "Continue",
  closePage: "You can close this page and go back to {brand}.",
  tryAgain: "Try again",
  deliveryFailed: "The message could not be sent. Try again, or send it another way.",
  waitFor: "Too many attempts. Wait {time}, then try again.",
  offline: "No connection to the server. Nothing is lost: check your connection and try again.",
  failed: "Something went wrong. Try again in a moment.",
  ends: {
    passed: { title: "Confirmed", text: "Thank you, that was the right code." },
    used: {
      title: "Already confirmed",
      text: "This confirmation has been used. There is nothing left to do here.",
    },
    expired: {
      title: "Time is up",
      text: "This confirmation has expired. Go back to {brand} and start again.",
    },
    exhausted: {
      title: "Too many tries",
      text: "Too many wrong codes were entered. Go back to {brand} and start again.",
    },
    superseded: {
      title: "A newer one is open",
      text: "Another confirmation was started after this one. Use that one, or go back to {brand} and start again.",
    },
    invalid: {
      title: "This link is not valid",
      text: "It is incomplete or too old. Go back to the page that you came from and start again.",
    },
    nothing: {
      title: "Nothing to confirm",
      text: "There is nothing to confirm here right now. Go back to the page that you came from.",
    },
    no_contact: {
      title: "No code can be sent",
      text: "No e-mail address or phone number is known to which a code could go. Please contact {brand}.",
    },
    unreachable: { title: "No connection", text: "The server could not be reached. Check your connection." },
  },
};
