/** Shows how far something long has come: a bar that is drawn over where people look, a line now and then elsewhere. */
export interface Progress {
  /** `done` of `total`. */
  show(done: number, total: number): void;
  /** Leaves the last state standing. */
  end(): void;
}

const barWidth = 30;
const redrawMs = 100;
const lineMs = 10_000;

function lasting(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s left`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s left`;
}

/** The text of a bar: done and total, the speed since it began, and how long it will take. */
export function progressText(
  what: string,
  {
    done,
    total,
    begunWith,
    elapsedMs,
  }: { done: number; total: number; begunWith: number; elapsedMs: number },
): string {
  const share = total === 0 ? 1 : done / total;
  const full = Math.floor(share * barWidth);
  const perSecond = elapsedMs === 0 ? 0 : ((done - begunWith) / elapsedMs) * 1000;
  const left = done >= total ? "" : lasting((total - done) / perSecond);
  return [
    what,
    `[${"#".repeat(full)}${"-".repeat(barWidth - full)}]`,
    `${Math.floor(share * 100)} %`,
    `${done} of ${total}`,
    ...(perSecond >= 1 ? [`${Math.round(perSecond)}/s`] : []),
    ...(left === "" ? [] : [left]),
  ].join(" ");
}

/** Shows progress on standard error. */
export function openProgress(what: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  const begunAt = performance.now();
  let begunWith: number | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  let finished = false;
  return {
    show(done, total) {
      begunWith ??= done;
      if (finished) return;
      finished = done >= total;
      const now = performance.now();
      if (done < total && now - shownAt < (stream.isTTY ? redrawMs : lineMs)) return;
      // Nobody wants to read of the first instant.
      if (!stream.isTTY && shownAt === Number.NEGATIVE_INFINITY && done < total) {
        shownAt = now;
        return;
      }
      shownAt = now;
      const text = progressText(what, { done, total, begunWith, elapsedMs: now - begunAt });
      stream.write(stream.isTTY ? `\r${text}\u001b[K` : `${text}\n`);
      drawn = true;
    },
    end() {
      if (drawn && stream.isTTY) stream.write("\n");
      drawn = false;
    },
  };
}
