/** The address of the hosted page for a challenge; undefined where the server does not know its own address. */
export type ChallengeLink = (challengeId: string, clientToken: string) => string | undefined;

/**
 * Makes the links. The token stands in the fragment, which browsers send to no server and in no `Referer`. `publicUrl` is asked each time, for
 * in development it is known only once the port is open.
 */
export function createChallengeLink(publicUrl: () => string | undefined): ChallengeLink {
  return (challengeId, clientToken) => {
    const base = publicUrl();
    return base === undefined ? undefined : `${base}/challenge/${challengeId}#token=${clientToken}`;
  };
}
