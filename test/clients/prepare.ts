import type { TestProject } from "vitest/node";
import { missingBrowser } from "./browser.js";
import { findGrpcurl, languages, type OwnTest, type Speaker } from "./languages.js";
import { type LiveServers, openProjects, startLiveServers } from "./live-servers.js";

/** A language or runtime that is on this machine: its clients, built, and what their own tests said. */
export interface Prepared {
  readonly name: string;
  readonly speakers: readonly Speaker[];
  readonly ownTests: readonly OwnTest[];
}

/** What the tests start from. */
export interface PreparedClients {
  readonly servers: LiveServers;
  readonly languages: readonly Prepared[];
  /** Command that runs grpcurl; undefined where it is skipped. */
  readonly grpcurl: string | undefined;
  /** Whether there is a Chromium. */
  readonly hasBrowser: boolean;
  /** What could not be tested here, and why. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

declare module "vitest" {
  export interface ProvidedContext {
    clients: PreparedClients;
  }
}

/** What a client's own tests are told. */
function environment({ plaintext, tls }: LiveServers, secret: string): Record<string, string> {
  return {
    RUPT_SECRET: secret,
    RUPT_BASE_URL: plaintext.baseUrl,
    RUPT_TARGET: plaintext.target,
    RUPT_INBOX: `${plaintext.baseUrl}/inbox`,
    RUPT_TLS_TARGET: tls.target,
    RUPT_TLS_INBOX: `${tls.baseUrl}/inbox`,
    RUPT_CA: tls.ca ?? "",
  };
}

/** Starts the servers, builds every client that can be built here and runs its own tests. */
export default async function prepare(project: TestProject): Promise<() => Promise<void>> {
  const say = (text: string) => project.vitest.logger.log(text);
  const servers = await startLiveServers();
  const projects = await openProjects(servers.dataDir);
  try {
    const skipped: { name: string; why: string }[] = [];
    const found: Prepared[] = [];
    for (const language of languages) {
      const why = await language.missing();
      if (why !== undefined) {
        skipped.push({ name: language.name, why });
        continue;
      }
      const speakers = await language.build();
      say(`${language.name}: built`);
      const ownTests = await language.test(environment(servers, await projects.secretOf(language.name)));
      say(`${language.name}: ${ownTests.length} tests of its own ran`);
      found.push({ name: language.name, speakers, ownTests });
    }
    const hasGo = found.some(({ name }) => name === "Go");
    const grpcurl = hasGo ? await findGrpcurl() : undefined;
    if (grpcurl === undefined) skipped.push({ name: "grpcurl", why: "is installed with Go" });
    const noBrowser = missingBrowser();
    if (noBrowser !== undefined) skipped.push({ name: "browser", why: noBrowser });
    for (const { name, why } of skipped) say(`${name}: SKIPPED (${why})`);
    const hasBrowser = noBrowser === undefined;
    project.provide("clients", {
      servers: withoutStop(servers),
      languages: found,
      grpcurl,
      hasBrowser,
      skipped,
    });
  } catch (error) {
    await projects.close();
    await servers.stop();
    throw error;
  }
  await projects.close();
  return () => servers.stop();
}

function withoutStop({ plaintext, tls, dataDir }: LiveServers): LiveServers {
  return { plaintext, tls, dataDir };
}
