import { setTimeout as sleep } from "node:timers/promises";
import { AccessListService } from "../gen/es/rupt/v2/access_list_service_pb.js";
import { BrowserService } from "../gen/es/rupt/v2/browser_service_pb.js";
import { ChallengeService } from "../gen/es/rupt/v2/challenge_service_pb.js";
import { EvaluationService } from "../gen/es/rupt/v2/evaluation_service_pb.js";
import { PolicyService } from "../gen/es/rupt/v2/policy_service_pb.js";
import { UserService } from "../gen/es/rupt/v2/user_service_pb.js";
import type { Config } from "./config.js";
import type { Foundation } from "./foundation.js";
import type { Log } from "./log.js";
import { type BuiltAt, type Metrics, noMetrics } from "./metrics.js";
import type { AnonymitySource } from "./outbound/anonymity/anonymity.js";
import { openConfiguredAnonymity } from "./outbound/anonymity/open-configured-anonymity.js";
import type { Inbox } from "./outbound/delivery/inbox.js";
import { openChannels } from "./outbound/delivery/open-channels.js";
import { readStatusReports } from "./outbound/delivery/status-report.js";
import type { Geo } from "./outbound/geo/geo.js";
import { publicUrl } from "./public-url.js";
import { accessListHandlers } from "./rpc/access-list.js";
import { browserHandlers } from "./rpc/browser.js";
import { challengeHandlers } from "./rpc/challenge.js";
import { evaluationHandlers } from "./rpc/evaluation.js";
import { policyHandlers } from "./rpc/policy.js";
import { userHandlers } from "./rpc/user.js";
import { createAccessListing } from "./service/access-lists.js";
import { createActiveLists } from "./service/active-lists.js";
import { type ActivePolicies, createActivePolicies } from "./service/active-policies.js";
import { createIsOriginAllowed } from "./service/allowed-origins.js";
import { createAuthenticate } from "./service/authenticate.js";
import { createBackground } from "./service/background.js";
import { createBrowserEvaluations } from "./service/browser-evaluations.js";
import { createCensuses } from "./service/censuses.js";
import { createChallengeLink } from "./service/challenge-link.js";
import { createReadChallenges } from "./service/challenges.js";
import { createClientTokenGuard } from "./service/client-token-guard.js";
import { createCompleteChallenge } from "./service/complete-challenge.js";
import { createContactNotices } from "./service/contact-notices.js";
import { createTakeDeliveryReport, deliveryReportPrefix } from "./service/delivery-report.js";
import { createDescribeChallenge } from "./service/describe-challenge.js";
import { createFrequencies } from "./service/device-frequencies.js";
import { createEvaluate } from "./service/evaluate.js";
import { createReadEvaluations } from "./service/evaluations.js";
import { createGiveFeedback } from "./service/feedback.js";
import { createJudgeAttempt } from "./service/judge-attempt.js";
import { createNotices, reportPrefix } from "./service/notices.js";
import { createPolicies } from "./service/policies.js";
import { createReportAttack } from "./service/report-attack.js";
import { createReportLinks } from "./service/report-links.js";
import { createSendChallenge } from "./service/send-challenge.js";
import { createSightDevice } from "./service/sight-device.js";
import { createUsers } from "./service/users.js";
import { createVerifyChallenge } from "./service/verify-challenge.js";
import type { ChallengeStore } from "./store/challenge-store.js";
import { currentSchemaVersion, schemaVersion } from "./store/postgres/migrate.js";
import { postgresAccessListStore } from "./store/postgres/postgres-access-list-store.js";
import { postgresCensusStore } from "./store/postgres/postgres-census-store.js";
import { postgresChallengeStore } from "./store/postgres/postgres-challenge-store.js";
import { postgresDepositStore } from "./store/postgres/postgres-deposit-store.js";
import { postgresDeviceStore } from "./store/postgres/postgres-device-store.js";
import { postgresEvaluationStore } from "./store/postgres/postgres-evaluation-store.js";
import { postgresFeedbackStore } from "./store/postgres/postgres-feedback-store.js";
import { postgresNoticeStore } from "./store/postgres/postgres-notice-store.js";
import { postgresPolicyStore } from "./store/postgres/postgres-policy-store.js";
import { postgresUserStore } from "./store/postgres/postgres-user-store.js";
import { openBrowserScript } from "./transport/browser-script.js";
import { openChallengePages } from "./transport/challenge-page.js";
import { deliveryReportPage } from "./transport/delivery-report-page.js";
import { type GrpcServer, serveGrpc } from "./transport/grpc.js";
import { type HttpServer, type Page, serveHttp } from "./transport/http.js";
import { healthPage, inboxPage, type Readiness, readyPage } from "./transport/pages.js";
import { createEndpoints, implement } from "./transport/pipeline.js";
import { reportPage } from "./transport/report-page.js";

/** A running server. */
export interface App {
  readonly httpPort: number;
  readonly grpcPort: number;
  /** Present where messages stay on this machine. */
  readonly inbox: Inbox | undefined;
  /** Sends the notices that are due, as every server does every few seconds. */
  sendNotices(): Promise<void>;
  /** Resolves when what goes on after answers has ended. */
  settled(): Promise<void>;
  /** Takes no new calls, finishes those in flight for at most `graceMs`, then cuts off the rest. The foundation stays open. */
  stop(graceMs: number): Promise<void>;
}

/** What an app is made of. */
export interface AppDeps {
  readonly config: Config;
  readonly foundation: Foundation;
  readonly geo: Geo;
  /** Default: what the configuration names, opened and closed with the app. */
  readonly anonymity?: AnonymitySource;
  readonly log: Log;
  /** Default: nothing is counted. */
  readonly metrics?: Metrics;
}

/** The loaded geo databases whose makers say when they built them. */
function builtAtOf(geo: Geo): readonly BuiltAt[] {
  return Object.entries(geo.status()).flatMap(([database, status]) =>
    status.loaded && status.builtAt !== undefined ? [{ database, builtAt: status.builtAt }] : [],
  );
}

function readiness(
  { foundation, geo }: AppDeps,
  anonymity: AnonymitySource,
  policies: ActivePolicies,
): () => Promise<Readiness> {
  return async () => {
    const { city, asn } = geo.status();
    const places = {
      city_database: city.text,
      asn_database: asn.text,
      ...anonymity.status(),
      failed_policies: `${policies.failures()} attempts since the start`,
    };
    try {
      const version = await currentSchemaVersion(foundation.sql);
      const current = version === schemaVersion;
      const schema = current
        ? `current (version ${version})`
        : `version ${version}, this release needs ${schemaVersion}`;
      return { ready: current, checks: { database: "reachable", schema, ...places } };
    } catch {
      return { ready: false, checks: { database: "not reachable", schema: "unknown", ...places } };
    }
  };
}

/** What providers call when they know more of a message. */
function messagePages({ config, foundation }: AppDeps, challenges: ChallengeStore): readonly Page[] {
  const { publicUrl, smsProviders } = config;
  if (publicUrl === undefined || smsProviders.length === 0) return [];
  const read = readStatusReports(smsProviders);
  return [
    deliveryReportPage(
      deliveryReportPrefix,
      createTakeDeliveryReport({ clock: foundation.clock, challenges, publicUrl, read }),
    ),
  ];
}

/** How long the end waits for what was counted lately to be kept. */
const settleMs = 1_000;

/** Puts the parts together and opens both ports. */
export async function startApp(deps: AppDeps): Promise<App> {
  const { config, foundation, geo, log, metrics = noMetrics } = deps;
  metrics.geoDatabases(() => builtAtOf(geo));
  const { clock, keys, sql, projectStore } = foundation;
  const anonymity = deps.anonymity ?? (await openConfiguredAnonymity(config, log, clock));
  const evaluations = postgresEvaluationStore(sql);
  const challenges = postgresChallengeStore(sql);
  const users = postgresUserStore(sql);
  const accessLists = postgresAccessListStore(sql);
  const policyStore = postgresPolicyStore(sql);
  const activePolicies = createActivePolicies({ policies: policyStore, log });
  const { channels, inbox } = openChannels({ config, clock, log, metrics });
  let httpPort: number | undefined;
  const challengeLink = createChallengeLink(() => publicUrl(config, httpPort));
  const frequencies = createFrequencies({
    clock,
    devices: postgresDeviceStore(sql),
    failed: (error) => log.warn({ error: String(error) }, "could not count the devices of a project"),
  });
  const censuses = createCensuses({
    clock,
    store: postgresCensusStore(sql),
    failed: (error) => log.warn({ error: String(error) }, "could not count what is usual in a project"),
  });
  const background = createBackground(log);
  const notices = createNotices({
    clock,
    keys,
    log,
    notices: postgresNoticeStore(sql),
    projects: projectStore,
    channels,
    background,
    publicUrl: () => publicUrl(config, httpPort),
  });
  const reportAttack = createReportAttack({ clock, challenges });

  const evaluate = createEvaluate({
    clock,
    keys,
    evaluations,
    users,
    challengeLink,
    policies: activePolicies,
    sightDevice: createSightDevice(keys, frequencies),
    lists: createActiveLists({ clock, lists: accessLists }),
    judgeAttempt: createJudgeAttempt({ keys, geo, anonymity, censuses }),
    censuses,
    contactNotices: createContactNotices(notices),
    metrics,
  });
  const giveFeedback = createGiveFeedback({ clock, feedback: postgresFeedbackStore(sql) });
  const endpoints = createEndpoints(
    [
      implement(
        EvaluationService,
        evaluationHandlers(evaluate, createReadEvaluations(evaluations), giveFeedback),
      ),
      implement(
        ChallengeService,
        challengeHandlers({
          describe: createDescribeChallenge({ clock, keys, challenges, channels }),
          send: createSendChallenge({
            clock,
            keys,
            challenges,
            channels,
            log,
            publicUrl: config.publicUrl,
          }),
          verify: createVerifyChallenge({ clock, keys, challenges, background, metrics }),
          complete: createCompleteChallenge({ clock, keys, challenges, notices, metrics }),
          read: createReadChallenges({ clock, keys, challenges }),
          guard: createClientTokenGuard(challenges),
        }),
      ),
      implement(AccessListService, accessListHandlers(createAccessListing({ clock, lists: accessLists }))),
      implement(PolicyService, policyHandlers(createPolicies({ clock, policies: policyStore }))),
      implement(
        BrowserService,
        browserHandlers(
          createBrowserEvaluations({
            clock,
            keys,
            deposits: postgresDepositStore(sql),
            evaluations,
            evaluate,
            challengeLink,
          }),
        ),
      ),
      implement(UserService, userHandlers(createUsers({ clock, keys, users, evaluations }))),
    ],
    { authenticate: createAuthenticate({ clock, keys, projects: projectStore }), log, metrics },
  );
  const pages = [
    healthPage,
    readyPage(readiness(deps, anonymity, activePolicies)),
    ...(inbox === undefined ? [] : [inboxPage(() => inbox.messages())]),
    ...(await openChallengePages(log)),
    ...messagePages(deps, challenges),
    ...(await openBrowserScript(log)),
    reportPage(reportPrefix, createReportLinks({ clock, keys, reportAttack })),
  ];

  const { host, port, grpcPort, tls, trustedProxies: proxies } = config;
  const http: HttpServer = await serveHttp({
    endpoints,
    pages,
    host,
    port,
    tls,
    proxies,
    ownOrigin: config.publicUrl === undefined ? undefined : new URL(config.publicUrl).origin,
    isOriginAllowed: createIsOriginAllowed({ clock, projects: projectStore }),
  });
  httpPort = http.port;
  let grpc: GrpcServer;
  try {
    grpc = await serveGrpc({ endpoints, host, port: grpcPort, tls, proxies });
  } catch (error) {
    http.destroy();
    await http.close();
    if (deps.anonymity === undefined) anonymity.close();
    throw error;
  }

  const polling = notices.start();
  return {
    httpPort: http.port,
    grpcPort: grpc.port,
    inbox,
    sendNotices: () => notices.poll(),
    settled: () => background.settled(),
    async stop(graceMs) {
      grpc.leave();
      const cut = setTimeout(() => {
        http.destroy();
        grpc.destroy();
      }, graceMs);
      await Promise.all([http.close(), grpc.close()]);
      clearTimeout(cut);
      if (deps.anonymity === undefined) anonymity.close();
      polling.stop();
      await background.settled();
      // A database that has fallen silent shall not hold up the end.
      await Promise.race([censuses.settle(), sleep(settleMs, undefined, { ref: false })]);
      for (const channel of Object.values(channels)) channel.close();
    },
  };
}
