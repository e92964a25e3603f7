/** Largest body or message that is read, in bytes, on every protocol. */
export const maxBodyBytes = 64 * 1024;

/** How long a client may take to send its request in full. */
export const requestTimeoutMs = 10_000;
