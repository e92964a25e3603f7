import { isIP } from "node:net";
import {
  type DescField,
  type DescMessage,
  getOption,
  type JsonValue,
  type Message,
} from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { type FieldLimits, Format, limits } from "../../gen/es/rupt/v2/options_pb.js";
import { type FieldViolation, invalidFields } from "../errors.js";

/** Checks a message against the limits that its fields state in the protos. Throws `invalid_field` with every violation. */
export type Validate = (message: Message) => void;

type Check = (value: unknown, field: string, violations: FieldViolation[]) => void;

const formats: Readonly<
  Record<Format, { readonly matches: (text: string) => boolean; readonly description: string }>
> = {
  [Format.UNSPECIFIED]: { matches: () => true, description: "" },
  [Format.UUID]: {
    matches: (text) => /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text),
    description: "must be a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057",
  },
  [Format.IP]: {
    matches: (text) => isIP(text) !== 0 && !text.includes("%"),
    description: "must be an IPv4 or IPv6 address without zone, port or prefix length",
  },
  [Format.EMAIL]: {
    matches: (text) => /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(text),
    description: "must be an e-mail address",
  },
  [Format.PHONE]: {
    matches: (text) => /^\+?[\d ./()-]+$/.test(text) && /^\d{5,20}$/.test(text.replace(/\D/g, "")),
    description: "must be a telephone number of 5 to 20 digits, such as +4712345678",
  },
  [Format.ACTION]: {
    matches: (text) => /^[a-z][a-z0-9_.-]*$/.test(text),
    description: "must start with a lower-case letter and go on with lower-case letters, digits, _, . or -",
  },
  [Format.CODE]: { matches: (text) => /^[0-9]{6}$/.test(text), description: "must be 6 digits" },
  [Format.PRINTABLE]: {
    matches: (text) => !/\p{Cc}/u.test(text),
    description: "must not hold control characters",
  },
};

/** Length in Unicode characters; counts only where the quick measure does not settle it. */
function characters(text: string, limit: number): number {
  return text.length <= limit ? text.length : [...text].length;
}

/** Nothing but printable ASCII, as nearly all texts are: neither NUL nor surrogates, and as many characters as units. */
const plain = /^[\x20-\x7e]*$/;

/** What is wrong with a text, as the description of a violation; undefined when nothing is. */
type TextFault = (text: string) => string | undefined;

function textFault({ format: kind, maxCharacters }: FieldLimits): TextFault {
  const format = formats[kind];
  const longest = maxCharacters === 0 ? Number.POSITIVE_INFINITY : maxCharacters;
  const takesPlain = kind === Format.UNSPECIFIED || kind === Format.PRINTABLE;
  return (text) => {
    if (text.length <= longest && plain.test(text) && (takesPlain || text === "" || format.matches(text))) {
      return undefined;
    }
    if (characters(text, longest) > longest) return `must have at most ${longest} characters`;
    if (text.includes("\0")) return "must not hold a NUL character";
    if (!text.isWellFormed()) return "must be well-formed Unicode, without unpaired surrogates";
    return text === "" || format.matches(text) ? undefined : format.description;
  };
}

function textCheck(rules: FieldLimits): Check {
  const faultOf = textFault(rules);
  return (value, field, violations) => {
    const description = faultOf(String(value));
    if (description !== undefined) violations.push({ field, description });
  };
}

/** Why a JSON value cannot be kept, undefined when it can. */
function jsonFault(value: JsonValue, depthLeft: number): string | undefined {
  if (typeof value === "string") {
    if (value.includes("\0")) return "must not hold a NUL character";
    return value.isWellFormed() ? undefined : "must be well-formed Unicode, without unpaired surrogates";
  }
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "must hold finite numbers only";
  if (value === null || typeof value !== "object") return undefined;
  if (depthLeft === 0) return "is nested too deeply";
  for (const [key, inner] of Object.entries(value)) {
    const fault = jsonFault(key, 0) ?? jsonFault(inner, depthLeft - 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function jsonCheck(rules: FieldLimits): Check {
  return (value, field, violations) => {
    const object = value as JsonValue;
    const fault = jsonFault(object, rules.maxJsonDepth);
    if (fault !== undefined) {
      violations.push({
        field,
        description: `${fault}${fault.startsWith("is nested") ? `: at most ${rules.maxJsonDepth} levels` : ""}`,
      });
    } else if (rules.maxJsonBytes > 0 && Buffer.byteLength(JSON.stringify(object)) > rules.maxJsonBytes) {
      violations.push({
        field,
        description: `must have at most ${rules.maxJsonBytes} bytes as compact JSON`,
      });
    }
  };
}

function listCheck(rules: FieldLimits): Check {
  const faultOf = textFault(rules);
  return (value, field, violations) => {
    const list = value as readonly string[];
    if (rules.maxItems > 0 && list.length > rules.maxItems) {
      violations.push({ field, description: `must have at most ${rules.maxItems} entries` });
      return;
    }
    let total = 0;
    for (let index = 0; index < list.length; index++) {
      const entry = list[index] ?? "";
      const description = faultOf(entry);
      if (description !== undefined) violations.push({ field: `${field}[${index}]`, description });
      total += entry.length;
    }
    if (rules.maxTotalCharacters > 0 && total > rules.maxTotalCharacters) {
      violations.push({
        field,
        description: `must have at most ${rules.maxTotalCharacters} characters in all`,
      });
    }
  };
}

function numberCheck(rules: FieldLimits): Check {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = rules;
  return (value, field, violations) => {
    const number = Number(value);
    if (number < minimum || number > maximum)
      violations.push({ field, description: `must be from ${minimum} to ${maximum}` });
  };
}

function enumCheck(field: DescField & { fieldKind: "enum" }): Check {
  const prefix = field.enum.sharedPrefix ?? "";
  const words = field.enum.values
    .filter((value) => value.number !== 0)
    .map((value) => value.name.slice(prefix.length).toLowerCase());
  return (value, name, violations) => {
    if (field.enum.value[Number(value)] === undefined)
      violations.push({ field: name, description: `must be one of: ${words.join(", ")}` });
  };
}

function checkOf(field: DescField, rules: FieldLimits): Check | undefined {
  switch (field.fieldKind) {
    case "list":
      return listCheck(rules);
    case "enum":
      return enumCheck(field);
    case "message":
      return field.message.typeName === "google.protobuf.Struct" ? jsonCheck(rules) : undefined;
    case "scalar":
      return typeof field.getDefaultValue() === "number" || rules.minimum !== undefined
        ? numberCheck(rules)
        : textCheck(rules);
    default:
      return undefined;
  }
}

/** Whether a field says anything: a value, where its presence is explicit, else one other than its zero. */
function isSetOf(field: DescField): (value: unknown) => boolean {
  if (field.fieldKind === "list") return (value) => (value as readonly unknown[]).length > 0;
  if (field.fieldKind === "map") return (value) => Object.keys(value as object).length > 0;
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) return (value) => value !== undefined;
  const zero = field.fieldKind === "scalar" ? scalarZeroValue(field.scalar, false) : 0;
  return (value) => value !== zero;
}

/** Compiles the limits of a message type, once, into a check of its messages. */
export function compileValidate(schema: DescMessage): Validate {
  const rows = schema.fields.map((field) => {
    if (field.oneof !== undefined) throw new Error(`${field}: fields of a oneof cannot be checked yet`);
    const rules = getOption(field, limits);
    return {
      name: field.name,
      localName: field.localName,
      isSet: isSetOf(field),
      required: rules.required,
      check: checkOf(field, rules),
    };
  });
  return (message) => {
    const violations: FieldViolation[] = [];
    const values = message as unknown as Record<string, unknown>;
    for (const { name, localName, isSet, required, check } of rows) {
      const value = values[localName];
      if (!isSet(value)) {
        if (required) violations.push({ field: name, description: "is required" });
      } else check?.(value, name, violations);
    }
    if (violations.length > 0) throw invalidFields(violations);
  };
}
