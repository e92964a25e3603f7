import type { MethodOptions_IdempotencyLevel as IdempotencyLevel } from "@bufbuild/protobuf/wkt";

// What Connect is given for `@bufbuild/protobuf` and `@bufbuild/protobuf/wkt` in the page: see `withoutJsonFormat` in lean.mjs. All of both, since
// Connect may use any of it, but for what follows.
export * from "@bufbuild/protobuf";
export * from "@bufbuild/protobuf/wkt";

function noJson(): never {
  throw new Error("the page speaks the binary format");
}

export { noJson as fromJson, noJson as fromJsonString, noJson as toJson, noJson as toJsonString };

/** The only one that Connect asks for, without the module of all enums of descriptors. */
export const MethodOptions_IdempotencyLevel = { NO_SIDE_EFFECTS: 1 } as const satisfies Partial<
  Record<keyof typeof IdempotencyLevel, IdempotencyLevel>
>;
