import { describe, expect, test } from "vitest";
import { AppError } from "../../errors.js";
import type { Endpoint } from "../pipeline.js";
import { findRoute, type Route } from "./routes.js";

const endpoint = {} as Endpoint;
const route = (verb: string, path: string): Route => ({
  endpoint,
  verb,
  segments: path
    .split("/")
    .slice(1)
    .map((segment) => (segment.startsWith("{") ? { parameter: segment.slice(1, -1) } : segment)),
  hasBody: verb === "POST",
  responseField: undefined,
});
const routes = [
  route("GET", "/v2/things"),
  route("POST", "/v2/things"),
  route("GET", "/v2/things/{id}"),
  route("DELETE", "/v2/things/{id}/parts/{part}"),
];

const reasonOf = (verb: string, path: string) => {
  try {
    findRoute(routes, verb, path);
  } catch (error) {
    if (error instanceof AppError) return [error.reason, error.metadata.allow];
  }
  return undefined;
};

describe("findRoute", () => {
  test.each([
    ["GET", "/v2/things", 0, {}],
    ["POST", "/v2/things", 1, {}],
    ["GET", "/v2/things/7", 2, { id: "7" }],
    ["GET", "/v2/things/a%2Fb%20c", 2, { id: "a/b c" }],
    ["GET", "/v2/things/..", 2, { id: ".." }],
    ["DELETE", "/v2/things/%C3%BC/parts/+", 3, { id: "ü", part: "+" }],
  ])("%s %s", (verb, path, index, parameters) => {
    expect(findRoute(routes, verb, path)).toEqual({ route: routes[index], parameters });
  });

  test.each([
    ["GET", "/", "unknown_path", undefined],
    ["GET", "", "unknown_path", undefined],
    ["GET", "/v2/things/", "unknown_path", undefined],
    ["GET", "/v2//things", "unknown_path", undefined],
    ["GET", "/v2/things/1/2", "unknown_path", undefined],
    ["DELETE", "/v2/things//parts/1", "unknown_path", undefined],
    ["DELETE", "/v2/things", "method_not_allowed", "GET, POST"],
    ["get", "/v2/things/1", "method_not_allowed", "GET"],
    ["GET", "/v2/things/%E0%A4%A", "invalid_field", undefined],
  ])("%s %s is refused", (verb, path, reason, allow) => {
    expect(reasonOf(verb, path)).toEqual([reason, allow]);
  });
});
