import { type ClientToken, clientTokenPrefix, readClientToken } from "../challenge/client-token.js";
import type { Clock, Instant } from "../clock.js";
import { AppError } from "../errors.js";
import { publicClientPrefix } from "../ids.js";
import type { Keys } from "../keys.js";
import type { Project, ProjectStore } from "../store/project-store.js";

/**
 * Who calls. With a `clientToken` the caller is a browser that may only describe, send and verify that one challenge; with a `publicClient` it is
 * a browser that may only hand in evaluations; with neither it is the project's server.
 */
export interface Caller {
  readonly project: Project;
  readonly clientToken?: ClientToken;
  /** The public client id. */
  readonly publicClient?: string;
}

/** Tells who calls from the `Authorization` header. Throws `missing_secret` or `wrong_secret`. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

/** How long a lookup is believed: a revoked secret stops working within this time, on every server. */
const cacheMs = 1_000;
/** Most lookups that are remembered. */
const cacheSize = 10_000;

const howTo = "Send the header `Authorization: Bearer API_SECRET` with the secret of your project.";
const bearerPattern = /^bearer +([\x21-\x7e]{1,1024}) *$/i;

/** Makes the check of API secrets and client tokens. */
export function createAuthenticate({
  clock,
  keys,
  projects,
}: {
  clock: Clock;
  keys: Keys;
  projects: ProjectStore;
}): Authenticate {
  const cache = new Map<
    string,
    { readonly until: Instant; readonly project: Promise<Project | undefined> }
  >();

  const remembered = (
    key: string,
    look: (now: Instant) => Promise<Project | undefined>,
  ): Promise<Project | undefined> => {
    const now = clock.now();
    const known = cache.get(key);
    if (known !== undefined && now < known.until) return known.project;
    if (cache.size >= cacheSize) cache.clear();
    const project = look(now);
    cache.set(key, { until: now + cacheMs, project });
    project.catch(() => cache.delete(key));
    return project;
  };

  return async (authorization) => {
    if (authorization === undefined || authorization.trim() === "")
      throw new AppError("missing_secret", `No secret came. ${howTo}`);
    const token = bearerPattern.exec(authorization)?.[1];
    if (token === undefined)
      throw new AppError("missing_secret", `The Authorization header is malformed. ${howTo}`);

    if (token.startsWith(clientTokenPrefix)) {
      const clientToken = readClientToken(token, clock.now(), (tag, ...parts) =>
        keys.verify(tag, "client_token", ...parts),
      );
      const project =
        clientToken &&
        (await remembered(`project:${clientToken.projectId}`, () =>
          projects.findById(clientToken.projectId),
        ));
      if (clientToken === undefined || project === undefined) {
        throw new AppError(
          "wrong_secret",
          "The client token is unknown or has expired; evaluate again for a new one.",
        );
      }
      return { project, clientToken };
    }

    if (token.startsWith(publicClientPrefix)) {
      const project = await remembered(`client:${token}`, (now) => projects.findByPublicClient(token, now));
      if (project === undefined)
        throw new AppError("wrong_secret", "The public client id is unknown or has been replaced.");
      return { project, publicClient: token };
    }

    const hashes = keys.macs("secret", token);
    const project = await remembered(`secret:${hashes[0]?.toString("base64")}`, async (now) => {
      const found = await projects.findBySecret(hashes, now);
      // While there is more than one master key, what is used moves to the newest, so that the others can be dropped.
      if (found !== undefined && hashes.length > 1) await projects.renewSecret(hashes);
      return found;
    });
    if (project === undefined)
      throw new AppError("wrong_secret", `The secret is unknown, expired or revoked. ${howTo}`);
    return { project };
  };
}
