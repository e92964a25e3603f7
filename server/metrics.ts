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

/** Seconds. A usual evaluation takes some milliseconds, one that waits behind others some tens; a statement is given up after five seconds. */
const callBuckets = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** A batch holds 128 at most. */
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128];

/** Opens the metrics of this process: ours, and those of Node. In a worker they are also read by `readOfWorkers` of its primary. */
export function openMetrics(): OpenMetrics {
  const registry = new AggregatorRegistry();
  const named = <Label extends string>(name: string, help: string, ...labelNames: readonly Label[]) => ({
    name: `rupt_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  const calls = new Counter(
    named(
      "calls_total",
      "Calls of the API that have ended; outcome is ok or the reason of the error.",
      "method",
      "protocol",
      "outcome",
    ),
  );
  const seconds = new Histogram({
    ...named("call_duration_seconds", "How long calls took, from their headers to their answer.", "method"),
    buckets: callBuckets,
  });
  const inProgress = new Gauge(named("calls_in_progress", "Calls that are not answered yet."));
  const batches = new Histogram({
    ...named("evaluation_batch_size", "Attempts that were recalled, judged and recorded together."),
    buckets: batchBuckets,
  });
  const evaluations = new Counter(
    named(
      "evaluations_total",
      "Evaluations that were kept, by verdict and by the outcome that the caller told.",
      "verdict",
      "outcome",
    ),
  );
  const reasons = new Counter(
    named("evaluation_reasons_total", "Evaluations that gave this reason.", "reason"),
  );
  const codes = new Counter(
    named(
      "codes_entered_total",
      "Codes that were entered: right, wrong, or refused because the challenge or the user takes none.",
      "outcome",
    ),
  );
  const completed = new Counter(
    named(
      "challenges_completed_total",
      "Challenges that were completed, so that device and place are trusted.",
    ),
  );
  const messages = new Counter(
    named(
      "messages_total",
      "Messages: taken by a provider, refused by all, or unknown where no answer came.",
      "channel",
      "kind",
      "outcome",
    ),
  );
  const failedPolicies = new Counter(
    named(
      "policy_failures_total",
      "Evaluations in which a rule of the project's policy could not be computed.",
    ),
  );
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
          ...named(
            "geo_database_built_timestamp_seconds",
            "When the maker of a loaded geo database built it.",
            "database",
          ),
          // Workers read the same files.
          aggregator: "max",
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
