import type {
  ChallengeStatus as ChallengeStatusEnum,
  Channel as ChannelEnum,
  DeliveryStatus as DeliveryStatusEnum,
  Language as LanguageEnum,
} from "../../../gen/es/rupt/v2/challenge_service_pb.js";
import type { ErrorReason as ErrorReasonEnum } from "../../../gen/es/rupt/v2/error_reason_pb.js";
import type {
  Direction as DirectionEnum,
  Outcome as OutcomeEnum,
  Reason as ReasonEnum,
  Verdict as VerdictEnum,
} from "../../../gen/es/rupt/v2/risk_pb.js";

// The build writes these out as plain unions, so that the published types need no other package.

/** The words of an enum of the protos, as REST JSON has them. */
type WordsOf<Enum> = Lowercase<Exclude<keyof Enum & string, "UNSPECIFIED">>;

/** What to do with the attempt. */
export type Verdict = WordsOf<typeof VerdictEnum>;

/** A named cause of a verdict. A newer server may send words that are not in this list. */
export type Reason = WordsOf<typeof ReasonEnum>;

/** Which way a signal speaks. */
export type Direction = WordsOf<typeof DirectionEnum>;

/** How the attempt ended on your side. */
export type Outcome = WordsOf<typeof OutcomeEnum>;

/** By which means a code travels. */
export type Channel = WordsOf<typeof ChannelEnum>;

/** In which language a message is written. */
export type Language = WordsOf<typeof LanguageEnum>;

/** Where a challenge stands. */
export type ChallengeStatus = WordsOf<typeof ChallengeStatusEnum>;

/** What is known of a message that left. */
export type DeliveryStatus = WordsOf<typeof DeliveryStatusEnum>;

/** Why the server refused a call. A newer server may send words that are not in this list. */
export type ServerReason = WordsOf<typeof ErrorReasonEnum>;
