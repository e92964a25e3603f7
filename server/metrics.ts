import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** One call of the API that has ended. */
export interface EndedCall {
  /** Name of the method, as in the protos. */
  readonly method: string;
  readonly protocol: string;
  /** `ok`, or why it was refused. */
  readonly outcome: string;
  readonly seconds: number;
}

/** When a geo database was built, in milliseconds since 1970. */
export interface BuiltAt {
  readonly database: string;
  readonly builtAt: number;
}

/**
 * What the parts of a server count of their work, for its operator. Words go in that are few by nature: never a user, a contact, an address, a
 * project or a device.
 */
export interface Metrics {
  callBegan(): void;
  callEnded(call: EndedCall): void;
  /** So many attempts were recalled, judged and recorded together. */
  judgedTogether(attempts: number): void;
  /** An evaluation is kept. */
  evaluated(evaluation: {
    readonly verdict: string;
    readonly outcome: string;
    readonly reasons: readonly string[];
  }): void;
  /** What became of a code that somebody entered. */
  codeEntered(outcome: "right" | "wrong" | "refused"): void;
  challengeCompleted(): void;
  /** What became of a message that was to be handed over to a provider. */
  messageSent(message: { readonly channel: string; readonly kind: string; readonly outcome: string }): void;
  policyFailed(): void;
  /** Tells from where to learn how old the geo databases are; asked anew each time. */
  geoDatabases(read: () => readonly BuiltAt[]): void;
}

/** Where nobody asked for metrics. */
export const noMetrics: Metrics = {
  callBegan() {},
  callEnded() {},
  judgedTogether() {},
  evaluated() {},
  codeEntered() {},
  challengeCompleted() {},
  messageSent() {},
  policyFailed() {},
  geoDatabases() {},
};

/** Metrics and how to read them, in Prometheus' text format. */
export interface OpenMetrics {
  readonly metrics: Metrics;
  read(): Promise<string>;
}

/** What `read` answers, as a `Content-Type`. */
export const metricsType: string = Registry.PROMETHEUS_CONTENT_TYPE;

/** Ours begin with it. */
const prefix = "rupt_";
/** Seconds. A usual evaluation takes some milliseconds, one that waits behind others some tens; a statement is given up after five seconds. */
const callBuckets = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** A batch holds 128 at most. */
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128];

/** Opens the metrics of this process: ours, and those of Node. In a worker they are also read by `readOfWorkers` of its primary. */
export function openMetrics(): OpenMetrics {
  const registry = new AggregatorRegistry();
  const registers = [registry];
  const calls = new Counter({
    name: `${prefix}calls_total`,
    help: "Calls of the API that have ended; outcome is ok or the reason of the error.",
    labelNames: ["method", "protocol", "outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: `${prefix}call_duration_seconds`,
    help: "How long calls took, from their headers to their answer.",
    labelNames: ["method"],
    buckets: callBuckets,
    registers,
  });
  const inProgress = new Gauge({
    name: `${prefix}calls_in_progress`,
    help: "Calls that are not answered yet.",
    registers,
  });
  const batches = new Histogram({
    name: `${prefix}evaluation_batch_size`,
    help: "Attempts that were recalled, judged and recorded together.",
    buckets: batchBuckets,
    registers,
  });
  const evaluations = new Counter({
    name: `${prefix}evaluations_total`,
    help: "Evaluations that were kept, by verdict and by the outcome that the caller told.",
    labelNames: ["verdict", "outcome"],
    registers,
  });
  const reasons = new Counter({
    name: `${prefix}evaluation_reasons_total`,
    help: "Evaluations that gave this reason.",
    labelNames: ["reason"],
    registers,
  });
  const codes = new Counter({
    name: `${prefix}codes_entered_total`,
    help: "Codes that were entered: right, wrong, or refused because the challenge or the user takes none.",
    labelNames: ["outcome"],
    registers,
  });
  const completed = new Counter({
    name: `${prefix}challenges_completed_total`,
    help: "Challenges that were completed, so that device and place are trusted.",
    registers,
  });
  const messages = new Counter({
    name: `${prefix}messages_total`,
    help: "Messages: taken by a provider, refused by all, or unknown where no answer came.",
    labelNames: ["channel", "kind", "outcome"],
    registers,
  });
  const failedPolicies = new Counter({
    name: `${prefix}policy_failures_total`,
    help: "Evaluations in which a rule of the project's policy could not be computed.",
    registers,
  });
  collectDefaultMetrics({ register: registry });
  AggregatorRegistry.setRegistries(registry);

  return {
    metrics: {
      callBegan: () => inProgress.inc(),
      callEnded({ method, protocol, outcome, seconds: took }) {
        inProgress.dec();
        calls.inc({ method, protocol, outcome });
        seconds.observe({ method }, took);
      },
      judgedTogether: (attempts) => batches.observe(attempts),
      evaluated({ verdict, outcome, reasons: given }) {
        evaluations.inc({ verdict, outcome });
        for (const reason of given) reasons.inc({ reason });
      },
      codeEntered: (outcome) => codes.inc({ outcome }),
      challengeCompleted: () => completed.inc(),
      messageSent: (message) => messages.inc({ ...message }),
      policyFailed: () => failedPolicies.inc(),
      geoDatabases(read) {
        new Gauge({
          name: `${prefix}geo_database_built_timestamp_seconds`,
          help: "When the maker of a loaded geo database built it.",
          labelNames: ["database"],
          // Workers read the same files.
          aggregator: "max",
          registers,
          collect() {
            this.reset();
            for (const { database, builtAt } of read()) this.set({ database }, builtAt / 1000);
          },
        });
      },
    },
    read: () => registry.metrics(),
  };
}

/** Reads the metrics of all workers of this primary as one: sums, but the newest of what each tells of the same thing. */
export function readOfWorkers(): () => Promise<string> {
  const registry = new AggregatorRegistry();
  return () => registry.clusterMetrics();
}
