import { getOption } from "@bufbuild/protobuf";
import { http } from "../../../gen/es/google/api/annotations_pb.js";
import type { HttpRule } from "../../../gen/es/google/api/http_pb.js";
import { AppError, invalidFields } from "../../errors.js";
import type { Endpoint } from "../pipeline.js";

/** One REST route of an endpoint, as its `google.api.http` annotation states it. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly verb: string;
  /** Path segments; `{ parameter }` takes any one segment. */
  readonly segments: readonly (string | { readonly parameter: string })[];
  /** Whether the request has a body. */
  readonly hasBody: boolean;
  /** The response field that is the whole body; undefined: the response itself is. */
  readonly responseField: string | undefined;
}

/** A route with what its path holds. */
export interface Matched {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

function routesOfRule(endpoint: Endpoint, rule: HttpRule): readonly Route[] {
  const { pattern } = rule;
  if (pattern.case === undefined || pattern.case === "custom")
    throw new Error(`${endpoint.method.name}: no REST route`);
  const route: Route = {
    endpoint,
    verb: pattern.case.toUpperCase(),
    segments: pattern.value
      .split("/")
      .slice(1)
      .map((segment) => (segment.startsWith("{") ? { parameter: segment.slice(1, -1) } : segment)),
    hasBody: rule.body !== "",
    responseField: rule.responseBody === "" ? undefined : rule.responseBody,
  };
  return [route, ...rule.additionalBindings.flatMap((binding) => routesOfRule(endpoint, binding))];
}

/** The routes of all endpoints. */
export function restRoutes(endpoints: readonly Endpoint[]): readonly Route[] {
  return endpoints.flatMap((endpoint) => routesOfRule(endpoint, getOption(endpoint.method, http)));
}

function match(route: Route, segments: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== route.segments.length) return undefined;
  const raw: Record<string, string> = {};
  for (const [index, expected] of route.segments.entries()) {
    const segment = segments[index] ?? "";
    if (typeof expected === "string") {
      if (segment !== expected) return undefined;
    } else if (segment === "") return undefined;
    else raw[expected.parameter] = segment;
  }
  return raw;
}

function decoded(raw: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(raw).map(([name, value]) => {
    try {
      return [name, decodeURIComponent(value)];
    } catch {
      throw invalidFields([{ field: name, description: "must be percent-encoded UTF-8" }]);
    }
  });
  return Object.fromEntries(entries);
}

/** Finds routes by their whole path where it has no parameter, which is where the calls that come most often are. */
export function createFindRoute(routes: readonly Route[]): (verb: string, path: string) => Matched {
  const literal = new Map<string, Matched>();
  for (const route of routes) {
    if (!route.segments.every((segment) => typeof segment === "string")) continue;
    const key = `${route.verb} /${route.segments.join("/")}`;
    if (!literal.has(key)) literal.set(key, { route, parameters: {} });
  }
  return (verb, path) => literal.get(`${verb} ${path}`) ?? findRoute(routes, verb, path);
}

/** Finds the route of a call. Throws `unknown_path`, or `method_not_allowed` where the path exists with another method. */
export function findRoute(routes: readonly Route[], verb: string, path: string): Matched {
  const segments = path.split("/").slice(1);
  for (const route of routes) {
    const raw = route.verb === verb ? match(route, segments) : undefined;
    if (raw !== undefined) return { route, parameters: decoded(raw) };
  }
  const others = routes.filter((route) => match(route, segments) !== undefined);
  if (others.length === 0)
    throw new AppError("unknown_path", "There is no such path; see the API's routes in proto/rupt/v2.");
  const allow = [...new Set(others.map((route) => route.verb))].join(", ");
  throw new AppError("method_not_allowed", `This path takes ${allow}.`, { metadata: { allow } });
}
