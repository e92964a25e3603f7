/**
 * The version of the rules that lead from facts to signals and score, and of the shipped policy. It goes up by one with each change after which the
 * same facts may give another answer, so that a repeated evaluation can say why it differs; `engine-version.test.ts` sees to it.
 */
export const engineVersion = 4;
