/** Largest body or message that is read, in bytes, on every protocol. */
export const maxBodyBytes = 64 * 1024;

/** How long a client may take to send its request in full. */
export const requestTimeoutMs = 10_000;

/** How much of a body that nobody wants is taken and thrown away, in bytes, so that its sender gets to read the refusal. */
export const lingerBytes = 32 * 1024 * 1024;

/** How long that may last. */
export const lingerMs = 2_000;
