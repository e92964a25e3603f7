import type postgres from "postgres";
import { start } from "./0001-start.js";
import { evaluationPartitions } from "./0002-evaluation-partitions.js";
import { doubtfulCodes } from "./0003-doubtful-codes.js";
import { eventTime } from "./0004-event-time.js";
import { policies } from "./0005-policies.js";
import { devices } from "./0006-devices.js";
import { messageBudgets } from "./0007-message-budgets.js";
import { accessLists } from "./0008-access-lists.js";
import { browserFlow } from "./0009-browser-flow.js";
import { notices } from "./0010-notices.js";
import { traces } from "./0011-traces.js";
import { erasedDevices } from "./0012-erased-devices.js";
import { counters } from "./0013-counters.js";
import { feedback } from "./0014-feedback.js";
import { packed } from "./0015-packed.js";
import { imports } from "./0016-imports.js";
import { censuses } from "./0017-censuses.js";
import { evaluationsByUser } from "./0018-evaluations-by-user.js";
import { claimsByEvaluation } from "./0019-claims-by-evaluation.js";
import { noticesOfEvaluation } from "./0020-notices-of-evaluation.js";

/** One step of the schema. Never edited once it is on main; a change is a further step. */
export interface Migration {
  /** 1, 2, 3, … */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** Carries over what SQL cannot read, in the same transaction, after `sql`. */
  readonly convert?: (transaction: postgres.TransactionSql) => Promise<void>;
}

/** All steps, in order. */
export const migrations: readonly Migration[] = [
  start,
  evaluationPartitions,
  doubtfulCodes,
  eventTime,
  policies,
  devices,
  messageBudgets,
  accessLists,
  browserFlow,
  notices,
  traces,
  erasedDevices,
  counters,
  feedback,
  packed,
  imports,
  censuses,
  evaluationsByUser,
  claimsByEvaluation,
  noticesOfEvaluation,
];
