import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import {
  AccessKey,
  Account,
  AccountTeam,
  AccountUser,
  Entitlement,
  License,
  Project,
  ProjectQuery,
  UserQuery,
} from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { listAccessKeys } from "../../accounts/access-keys.js";
import { findAccount, listAccounts, listTeams, readLicense } from "../../accounts/accounts.js";
import { findProject, listProjects } from "../../accounts/projects.js";
import { entitlementsOf } from "../../accounts/rights.js";
import { findUsers, listUsers, parseSearch } from "../../accounts/users.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";
import { setPageHeaders } from "../page-headers.js";

/** Read accounts, teams, users, projects, keys and the caller's rights. */
export const accountingRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  const tags = ["accounting"];

  app.get(
    "/accounting/entitlements",
    {
      schema: {
        summary: "List your entitlements",
        tags,
        response: { 200: Type.Array(Entitlement), ...errorResponses(401) },
      },
    },
    (request) => entitlementsOf(callerOf(request)),
  );

  app.get(
    "/accounting/users",
    {
      schema: {
        summary: "List the users of your account",
        description:
          "A key that is only a team's or a project's sees its own user, and of the others of its team only names.",
        tags,
        querystring: UserQuery,
        response: { 200: Type.Array(AccountUser), ...errorResponses(400, 401) },
      },
    },
    async (request, reply) => {
      const { users, page, totalCount } = await listUsers(pool, callerOf(request), request.query);
      setPageHeaders(request, reply, page, totalCount);
      return users;
    },
  );

  app.post(
    "/accounting/users/search",
    {
      schema: {
        summary: "Look up users by identifier",
        tags,
        body: parseSearch.schema,
        response: { 200: Type.Array(AccountUser), ...errorResponses(400, 401) },
      },
    },
    (request) => findUsers(pool, callerOf(request), request.body),
  );

  app.get(
    "/accounting/projects",
    {
      schema: {
        summary: "List the projects of your account",
        tags,
        querystring: ProjectQuery,
        response: { 200: Type.Array(Project), ...errorResponses(400, 401) },
      },
    },
    async (request, reply) => {
      const { projects, page, totalCount } = await listProjects(pool, callerOf(request), request.query);
      setPageHeaders(request, reply, page, totalCount);
      return projects;
    },
  );

  app.get(
    "/accounting/projects/:project",
    {
      schema: {
        summary: "Get a project with its keys",
        tags,
        params: Type.Object({ project: Type.String() }),
        response: { 200: Project, ...errorResponses(401, 404) },
      },
    },
    (request) => findProject(pool, callerOf(request), request.params.project),
  );

  app.get(
    "/accounting/access-keys",
    {
      schema: {
        summary: "List the API keys of your account without their secrets",
        description: "A key that is only a team's sees only itself, a project's those of the project.",
        tags,
        response: { 200: Type.Array(AccessKey), ...errorResponses(401) },
      },
    },
    (request) => listAccessKeys(pool, callerOf(request)),
  );

  app.get(
    "/accounting/teams",
    {
      schema: {
        summary: "List the teams of your account",
        tags,
        response: { 200: Type.Array(AccountTeam), ...errorResponses(401) },
      },
    },
    (request) => listTeams(pool, callerOf(request)),
  );

  app.get(
    "/accounting/accounts",
    {
      schema: {
        summary: "List accounts: your own, or all for a system owner",
        tags,
        response: { 200: Type.Array(Account), ...errorResponses(401) },
      },
    },
    (request) => listAccounts(pool, callerOf(request)),
  );

  app.get(
    "/accounting/accounts/:account",
    {
      schema: {
        summary: "Get an account",
        tags,
        params: Type.Object({ account: Type.String() }),
        response: { 200: Account, ...errorResponses(401, 404) },
      },
    },
    (request) => findAccount(pool, callerOf(request), request.params.account),
  );

  app.get(
    "/license",
    {
      schema: {
        summary: "Get the license and engine capacity of this server",
        tags,
        response: { 200: License, ...errorResponses(401) },
      },
    },
    (request) => readLicense(pool, callerOf(request)),
  );
  done();
};
