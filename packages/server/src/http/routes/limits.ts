import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { Limits, LimitsWithUse } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { findLimits, setLimits, type LimitSubject } from "../../limits/limits.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";

const places = [
  { list: "accounts", parameter: "account", scope: "account", what: "an account" },
  { list: "teams", parameter: "team", scope: "team", what: "a team" },
  { list: "access-keys", parameter: "prefix", scope: "key", what: "an API key" },
] as const;

/** Limits and usage of accounts, teams and keys. */
export const limitRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  const tags = ["accounting"];
  for (const { list, parameter, scope, what } of places) {
    const url = `/accounting/${list}/:${parameter}/limits`;
    const params = Type.Unsafe<Readonly<Record<string, string>>>(Type.Object({ [parameter]: Type.String() }));
    const subjectOf = (identifiers: Readonly<Record<string, string>>): LimitSubject => ({
      scope,
      identifier: identifiers[parameter] ?? "",
    });
    app.get(
      url,
      {
        schema: {
          summary: `Get the limits of ${what}, and what has been used`,
          tags,
          params,
          response: { 200: LimitsWithUse, ...errorResponses(401, 404) },
        },
      },
      (request) => findLimits(pool, callerOf(request), subjectOf(request.params)),
    );
    app.put(
      url,
      {
        schema: {
          summary: `Set the limits of ${what}`,
          description: `Replaces all of them: what the body leaves out has no limit. For ${scope === "account" ? "system owners" : "administrators of the account"}.`,
          tags,
          params,
          body: Limits,
          response: { 200: LimitsWithUse, ...errorResponses(400, 401, 404, 415) },
        },
      },
      (request) => setLimits(pool, callerOf(request), subjectOf(request.params), request.body),
    );
  }
  done();
};
