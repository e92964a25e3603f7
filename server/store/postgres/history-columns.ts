import type { History } from "../../risk/history.js";
import { plain } from "./array-literals.js";
import type { Database } from "./database.js";
import { encodeHistory } from "./history-codec.js";

/** The columns of a user's history, as an UPDATE sets them. */
export function historyColumns(sql: Database, history: History) {
  const { devices, memory } = encodeHistory(history);
  return sql`devices = ${plain(devices)}::text::uuid[], memory = ${Buffer.from(memory)}`;
}
