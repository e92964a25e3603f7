import type { DescEnum } from "@bufbuild/protobuf";
import type { AccessList, ListedKind } from "../../gen/es/rupt/v2/access_list_service_pb.js";
import { AccessListSchema, ListedKindSchema } from "../../gen/es/rupt/v2/access_list_service_pb.js";
import type {
  ChallengeStatus,
  Channel,
  DeliveryStatus,
  Language,
} from "../../gen/es/rupt/v2/challenge_service_pb.js";
import {
  ChallengeStatusSchema,
  ChannelSchema,
  DeliveryStatusSchema,
  LanguageSchema,
} from "../../gen/es/rupt/v2/challenge_service_pb.js";
import { type Feedback, FeedbackSchema } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import type { Direction, Outcome, Reason, Verdict } from "../../gen/es/rupt/v2/risk_pb.js";
import { DirectionSchema, OutcomeSchema, ReasonSchema, VerdictSchema } from "../../gen/es/rupt/v2/risk_pb.js";

/** Translates between an enum of the wire and the words of the domain, by name: `VERDICT_ALLOW` is `allow`. */
interface Translation<E extends number> {
  /** Throws when the wire has no such word: then proto and domain have drifted apart. */
  toWire(word: string): E;
  /** The word; undefined for the unspecified value and for values that this release does not know. */
  toWord(value: E): string | undefined;
}

function translate<E extends number>(schema: DescEnum): Translation<E> {
  const prefix = schema.sharedPrefix ?? "";
  const words = new Map<number, string>();
  const numbers = new Map<string, E>();
  for (const { number, name } of schema.values) {
    if (number === 0) continue;
    const word = name.slice(prefix.length).toLowerCase();
    words.set(number, word);
    numbers.set(word, number as E);
  }
  return {
    toWire(word) {
      const value = numbers.get(word);
      if (value === undefined) throw new Error(`${schema.typeName} has no word ${word}`);
      return value;
    },
    toWord: (value) => words.get(value),
  };
}

export const verdictWords = translate<Verdict>(VerdictSchema);
export const reasonWords = translate<Reason>(ReasonSchema);
export const directionWords = translate<Direction>(DirectionSchema);
export const outcomeWords = translate<Outcome>(OutcomeSchema);
export const channelWords = translate<Channel>(ChannelSchema);
export const languageWords = translate<Language>(LanguageSchema);
export const statusWords = translate<ChallengeStatus>(ChallengeStatusSchema);
export const deliveryWords = translate<DeliveryStatus>(DeliveryStatusSchema);
export const listWords = translate<AccessList>(AccessListSchema);
export const listedKindWords = translate<ListedKind>(ListedKindSchema);
export const feedbackWords = translate<Feedback>(FeedbackSchema);
