import {
  type EvaluateOptions,
  type EvaluateRequest,
  type EvaluateResponse,
  Rupt,
  type RuptOptions,
} from "@ruptjs/core";

const most = 100;

/** The SDK, which also tells of its judgements and remembers the latest, so that the demo can show what happened. */
export class RememberingRupt extends Rupt {
  readonly #judgements = new Map<string, EvaluateResponse>();
  readonly #tell: (line: string) => void;

  /** `tell` gets one line a judgement, for the terminal. */
  constructor(secret: string, options: RuptOptions<"throw">, tell: (line: string) => void) {
    super(secret, options);
    this.#tell = tell;
  }

  override async evaluate(request: EvaluateRequest, options?: EvaluateOptions): Promise<EvaluateResponse> {
    const judgement = await super.evaluate(request, options);
    const { evaluation_id, verdict, reasons, score } = judgement;
    this.#judgements.set(evaluation_id, judgement);
    for (const id of [...this.#judgements.keys()].slice(0, -most)) this.#judgements.delete(id);
    const what = request.outcome === "failed" ? "wrong password" : verdict;
    this.#tell(`${what} (score ${score.toFixed(2)}): ${reasons.join(", ") || "nothing unusual"}`);
    return judgement;
  }

  /** The judgement of an evaluation, if it is among the latest 100. */
  judgementOf(evaluationId: string | undefined): EvaluateResponse | undefined {
    return evaluationId === undefined ? undefined : this.#judgements.get(evaluationId);
  }
}
