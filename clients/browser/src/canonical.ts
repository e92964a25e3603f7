/**
 * Writes a value as a string that is equal for equal values and different for different ones. The order of an
 * object's keys does not matter. JSON.stringify is not used because a page can change what it answers (`toJSON`).
 *
 * @throws TypeError for a value that is not a string, number, boolean, null, undefined, array or object of them.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `s${value.length}:${value}`;
    case "number":
      return `n${value}`;
    case "boolean":
      return value ? "t" : "f";
    case "undefined":
      return "u";
    case "object":
      return value === null ? "u" : structure(value);
    default:
      throw new TypeError(`a ${typeof value} is not a value of a source`);
  }
}

function structure(value: object): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${canonical(key)}=${canonical(field)}`).join(",")}}`;
}
