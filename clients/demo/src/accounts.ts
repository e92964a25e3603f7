import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/** An account of the demo. */
export interface Account {
  /** The demo's own id, which is what Rupt gets to know as `user`. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** The accounts, and the one question that may be asked about a password. */
export interface Accounts {
  byId(id: string): Account | undefined;
  /** Whom the address belongs to, if to anybody, and whether the password is theirs. Takes as long in every case. */
  check(email: string, password: string): Promise<{ account: Account | undefined; right: boolean }>;
}

// N = 2^15, r = 8, p = 1: 32 MiB and some 50 ms a try.
const cost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const hashBytes = 32;
const longestPassword = 256;

const derive = promisify<string, Buffer, number, typeof cost, Buffer>(scrypt);

interface StoredPassword {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

async function store(password: string): Promise<StoredPassword> {
  const salt = randomBytes(16);
  return { salt, hash: await derive(password, salt, hashBytes, cost) };
}

/** Opens accounts with their passwords, of which it keeps only scrypt hashes. */
export async function openAccounts(
  rows: readonly (Account & { readonly password: string })[],
): Promise<Accounts> {
  const stored = new Map<string, { account: Account; password: StoredPassword }>();
  for (const { password, ...account } of rows)
    stored.set(account.email, { account, password: await store(password) });
  // Compared with when there is no such account, so that the answer comes no sooner.
  const nobody = await store(randomBytes(16).toString("hex"));

  return {
    byId: (id) => rows.find((row) => row.id === id),
    async check(email, password) {
      const found = stored.get(email.trim().toLowerCase());
      const { salt, hash } = found?.password ?? nobody;
      const tried = await derive(password.slice(0, longestPassword), salt, hashBytes, cost);
      const right = timingSafeEqual(tried, hash) && found !== undefined && password.length <= longestPassword;
      return { account: found?.account, right };
    },
  };
}
