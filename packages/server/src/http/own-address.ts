import type { FastifyInstance, FastifyRequest } from "fastify";

const publicUrls = new WeakMap<FastifyRequest, string>();

/** Makes links begin with the public URL instead of the address by which a request came. */
export function usePublicUrl(app: FastifyInstance, publicUrl: string | undefined): void {
  if (publicUrl === undefined) return;
  app.addHook("onRequest", async (request) => {
    publicUrls.set(request, publicUrl);
  });
}

/** Where links begin, without a slash at the end: "https://millrace.example". */
export function ownAddress(request: FastifyRequest): string {
  return publicUrls.get(request) ?? `${request.protocol}://${request.host}`;
}
