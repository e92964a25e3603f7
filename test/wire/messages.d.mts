import type { DescMessage, DescService, FileRegistry, Message } from "@bufbuild/protobuf";

/** Everything that the protos of today define. */
export const registry: FileRegistry;

/** All services of ours. */
export const services: readonly DescService[];

/** The request and the response of every method. */
export const messagesOnTheWire: readonly DescMessage[];

/** The fields of a message and of ours within it: `signals`, `signals.weight`, … */
export function fieldsOf(schema: DescMessage): readonly string[];

/** Those of them that are set in this message. */
export function fieldsIn(schema: DescMessage, message: Message): readonly string[];
