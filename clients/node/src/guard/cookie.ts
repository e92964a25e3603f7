/** A cookie that scripts cannot read. */
export interface Cookie {
  /** The value in a Cookie header; undefined when it holds none. */
  read(header: string | undefined): string | undefined;
  /** The Set-Cookie header that keeps a value. */
  write(value: string): string;
  /** The Set-Cookie header that removes it. */
  clear(): string;
}

/** What a cookie is like. */
export interface CookieOptions {
  readonly name: string;
  readonly maxAgeSeconds: number;
  readonly sameSite: "Strict" | "Lax";
  /** False only for http:// during development: such a cookie can be read and set by others on the way. */
  readonly secure: boolean;
}

/** A cookie for this host alone. Values must need no escaping: letters, digits, `-`, `_`, `.`. */
export function createCookie({ name, maxAgeSeconds, sameSite, secure }: CookieOptions): Cookie {
  // Browsers take a __Host- cookie only from this very host, over https.
  const fullName = secure ? `__Host-${name}` : name;
  const attributes = `Path=/; HttpOnly; SameSite=${sameSite}${secure ? "; Secure" : ""}`;
  return {
    read: (header) =>
      header
        ?.split(";")
        .map((pair) => pair.trim())
        .find((pair) => pair.startsWith(`${fullName}=`))
        ?.slice(fullName.length + 1),
    write: (value) => `${fullName}=${value}; Max-Age=${maxAgeSeconds}; ${attributes}`,
    clear: () => `${fullName}=; Max-Age=0; ${attributes}`,
  };
}
