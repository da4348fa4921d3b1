import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { Pool } from "pg";
import Type from "typebox";
import { readOwnVote, vote } from "../../results/votes.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";

const VotePath = Type.Object({ job: Type.String(), input: Type.String() });

/** Votes on results. */
export const voteRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  const changes = [
    { method: "POST", url: "/results/:job/upvote/:input", isUp: true, summary: "Upvote a result" },
    { method: "POST", url: "/results/:job/downvote/:input", isUp: false, summary: "Downvote a result" },
    { method: "DELETE", url: "/results/:job/vote/:input", isUp: null, summary: "Remove a vote" },
  ] as const;
  for (const { method, url, isUp, summary } of changes) {
    app.route({
      method,
      url,
      schema: {
        summary,
        tags: ["results"],
        params: VotePath,
        response: { 204: Type.Null(), ...errorResponses(401, 404) },
      },
      handler: async (request, reply) => {
        await vote(pool, callerOf(request), request.params, isUp);
        return reply.code(204).send(null);
      },
    });
  }

  app.get(
    "/results/:job/vote/:input",
    {
      schema: {
        summary: "Get your vote on a result",
        tags: ["results"],
        params: VotePath,
        response: { 200: Type.Object({ vote: Type.Enum(["UP", "DOWN", "NO_VOTES"]) }), ...errorResponses(401, 404) },
      },
    },
    async (request) => ({ vote: await readOwnVote(pool, callerOf(request), request.params) }),
  );
  done();
};
