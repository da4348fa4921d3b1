import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { AccessKey, AccountTeam, AccountUser, NewAccessKey, NewAccount, NewProject, Project } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import {
  changeAccessKey,
  createAccessKey,
  parseKeyChange,
  parseNewKey,
  parseRoles,
  rotateAccessKey,
  setRoles,
} from "../../accounts/access-keys.js";
import { createAccount, createTeam, parseNewAccount, parseNewTeam } from "../../accounts/accounts.js";
import { changeProject, createProject, parseNewProject, parseProjectChange } from "../../accounts/projects.js";
import { changeUser, createUser, parseNewUser, parseUserChange } from "../../accounts/users.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";

const KeyPath = Type.Object({ prefix: Type.String() });

/** Create and update accounts, users, teams, projects and keys: for administrators. */
export const administrationRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  const tags = ["administration"];
  const errors = errorResponses(400, 401, 404, 409, 415);

  app.post(
    "/accounting/accounts",
    {
      schema: {
        summary: "Create an account with an administrator",
        tags,
        body: parseNewAccount.schema,
        response: { 201: NewAccount, ...errors },
      },
    },
    async (request, reply) => reply.code(201).send(await createAccount(pool, callerOf(request), request.body)),
  );

  app.post(
    "/accounting/accounts/:account/users",
    {
      schema: {
        summary: "Create a user",
        tags,
        body: parseNewUser.schema,
        params: Type.Object({ account: Type.String() }),
        response: { 201: AccountUser, ...errors },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await createUser(pool, callerOf(request), request.params.account, request.body)),
  );

  app.patch(
    "/accounting/users/:user",
    {
      schema: {
        summary: "Update or disable a user",
        tags,
        body: parseUserChange.schema,
        params: Type.Object({ user: Type.String() }),
        response: { 200: AccountUser, ...errors },
      },
    },
    (request) => changeUser(pool, callerOf(request), request.params.user, request.body),
  );

  app.post(
    "/accounting/teams",
    {
      schema: { summary: "Create a team", tags, body: parseNewTeam.schema, response: { 201: AccountTeam, ...errors } },
    },
    async (request, reply) => reply.code(201).send(await createTeam(pool, callerOf(request), request.body)),
  );

  app.post(
    "/accounting/projects",
    {
      schema: {
        summary: "Create a project with its first key",
        tags,
        body: parseNewProject.schema,
        response: { 201: NewProject, ...errors },
      },
    },
    async (request, reply) => reply.code(201).send(await createProject(pool, callerOf(request), request.body)),
  );

  app.patch(
    "/accounting/projects/:project",
    {
      schema: {
        summary: "Update a project, or disable it with its keys",
        tags,
        body: parseProjectChange.schema,
        params: Type.Object({ project: Type.String() }),
        response: { 200: Project, ...errors },
      },
    },
    (request) => changeProject(pool, callerOf(request), request.params.project, request.body),
  );

  app.post(
    "/accounting/access-keys",
    {
      schema: {
        summary: "Create an API key",
        tags,
        body: parseNewKey.schema,
        response: { 201: NewAccessKey, ...errors },
      },
    },
    async (request, reply) => reply.code(201).send(await createAccessKey(pool, callerOf(request), request.body)),
  );

  app.patch(
    "/accounting/access-keys/:prefix",
    {
      schema: {
        summary: "Update or disable an API key",
        tags,
        body: parseKeyChange.schema,
        params: KeyPath,
        response: { 200: AccessKey, ...errors },
      },
    },
    (request) => changeAccessKey(pool, callerOf(request), request.params.prefix, request.body),
  );

  app.post(
    "/accounting/access-keys/:prefix/rotate",
    {
      schema: {
        summary: "Rotate the secret of an API key",
        tags,
        params: KeyPath,
        response: { 200: NewAccessKey, ...errors },
      },
    },
    (request) => rotateAccessKey(pool, callerOf(request), request.params.prefix),
  );

  app.put(
    "/accounting/access-keys/:prefix/roles",
    {
      schema: {
        summary: "Set the roles of an API key",
        tags,
        body: parseRoles.schema,
        params: KeyPath,
        response: { 200: AccessKey, ...errors },
      },
    },
    (request) => setRoles(pool, callerOf(request), request.params.prefix, request.body),
  );
  done();
};
