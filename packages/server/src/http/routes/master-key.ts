import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { MasterKeyState } from "@millrace/contract";
import type { MasterKeyRotation } from "../../maintenance/master-key-rotation.js";
import { errorResponses } from "../error-response.js";

/** Master key rotation: for system owners. */
export const masterKeyRoutes: FastifyPluginCallbackTypebox<{ readonly masterKey: MasterKeyRotation }> = (
  app,
  { masterKey },
  done,
) => {
  const tags = ["administration"];

  app.get(
    "/accounting/master-key",
    {
      schema: {
        summary: "Get the state of the master key",
        tags,
        response: { 200: MasterKeyState, ...errorResponses(401) },
      },
    },
    () => masterKey.read(),
  );

  app.post(
    "/accounting/master-key/rotate",
    {
      schema: {
        summary: "Rotate the master key",
        description:
          "Starts to move every stored secret to the new master key while the servers run: the one in MILLRACE_MASTER_KEY, or one that is made now where the key is a file. It is finished when `retiringKeyId` is null.",
        tags,
        response: { 202: MasterKeyState, ...errorResponses(401, 409, 415) },
      },
    },
    async (_request, reply) => reply.code(202).send(await masterKey.rotate()),
  );
  done();
};
