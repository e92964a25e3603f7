/** Lists are counted up to here, so that no call has to walk a whole table. */
export const countLimit = 100_000;
