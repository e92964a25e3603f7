import type { Command } from "commander";
import { reseal } from "../service/reseal.js";
import { postgresSealedStore } from "../store/postgres/postgres-sealed-store.js";
import { withFoundation } from "./open.js";
import { print } from "./text.js";

/** Least time between two lines of progress. */
const progressMs = 2_000;

/** Adds `rupt keys …`. */
export function keysCommands(program: Command): void {
  const keys = program.command("keys").description("change the master key");
  keys
    .command("reseal")
    .description(
      "seal all contacts under the newest of MASTER_KEYS, so that the older ones can be dropped; runs beside servers, and again after it was killed",
    )
    .action(() =>
      withFoundation(async (foundation) => {
        let saidAt = performance.now();
        const done = await reseal(
          { keys: foundation.keys, sealed: postgresSealedStore(foundation.sql) },
          ({ looked, resealed }) => {
            if (performance.now() - saidAt < progressMs) return;
            saidAt = performance.now();
            print(`${looked} rows looked at, ${resealed} resealed`);
          },
        );
        print(`${done.resealed} rows resealed under ${foundation.keys.id}.`);
        if (done.lost > 0)
          print(`${done.lost} contacts lie under a key that is not in MASTER_KEYS; they stay.`);
        if (done.left > 0) {
          print(`${done.left} rows were being changed all the while; run it again before you drop a key.`);
          process.exitCode = 1;
        }
      }),
    );
}
