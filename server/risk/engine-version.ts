/**
 * The version of the rules that lead from facts to signals and score. It goes up by one with each change after which the same facts may
 * give another answer, so that a repeated evaluation can say why it differs.
 */
export const engineVersion = 4;
