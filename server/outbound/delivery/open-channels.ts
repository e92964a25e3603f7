import type { ChannelName } from "../../challenge/challenge.js";
import type { Clock } from "../../clock.js";
import type { Config } from "../../config.js";
import type { Log } from "../../log.js";
import type { Metrics } from "../../metrics.js";
import { counted } from "./counted.js";
import type { Channels, Provider } from "./delivery.js";
import { failOver } from "./fail-over.js";
import { hookProvider } from "./hook.js";
import { type Inbox, openInbox } from "./inbox.js";
import { smtpProvider } from "./smtp.js";
import { twilioProvider } from "./twilio.js";

/** The channels of a server, and its inbox where messages stay on the machine. */
export interface OpenChannels {
  readonly channels: Channels;
  readonly inbox: Inbox | undefined;
}

/** What opening them needs. */
export interface OpenChannelsDeps {
  readonly config: Pick<
    Config,
    "mode" | "smtpUrls" | "smsProviders" | "mailFrom" | "logLevel" | "deliveryTimeoutMs"
  >;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Evenly from 0 up to, not including, 1. */
  readonly random?: () => number;
}

/** Opens the configured channels. In development a channel without a provider is the inbox; in production it is missing. */
export function openChannels({
  config,
  clock,
  log,
  metrics,
  random = Math.random,
}: OpenChannelsDeps): OpenChannels {
  const { mode, logLevel, smtpUrls, smsProviders, mailFrom, deliveryTimeoutMs: timeoutMs } = config;
  const providers: Readonly<Record<ChannelName, readonly Provider[]>> = {
    email: smtpUrls.map((url) => smtpProvider({ url, from: mailFrom, timeoutMs })),
    sms: smsProviders.map((settings) =>
      settings.kind === "twilio"
        ? twilioProvider({ ...settings, timeoutMs })
        : hookProvider({ ...settings, timeoutMs }),
    ),
  };
  const inbox =
    mode === "production"
      ? undefined
      : openInbox(clock, ({ channel, to, subject, code }) => {
          if (logLevel === "silent") return;
          process.stdout.write(`\n  [inbox] ${channel} to ${to}: ${code ?? subject}\n\n`);
        });
  const open = (channel: ChannelName) => {
    const opened =
      providers[channel].length === 0
        ? inbox?.channel(channel)
        : // Two attempts' time in all: who waits longer has left.
          failOver(providers[channel], { channel, clock, log, patienceMs: 2 * timeoutMs, random });
    return opened && counted(opened, channel, metrics);
  };
  const email = open("email");
  const sms = open("sms");
  if (email === undefined) log.warn({}, "SMTP_URL is not set: no code can be sent by e-mail");
  return {
    channels: { ...(email === undefined ? {} : { email }), ...(sms === undefined ? {} : { sms }) },
    inbox,
  };
}
