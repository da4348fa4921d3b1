import type { FastifyInstance, FastifyRequest } from "fastify";

const publicUrls = new WeakMap<FastifyRequest, string>();

/** Makes links start with the public URL instead of the request's own address. */
export function usePublicUrl(app: FastifyInstance, publicUrl: string | undefined): void {
  if (publicUrl === undefined) return;
  app.addHook("onRequest", async (request) => {
    publicUrls.set(request, publicUrl);
  });
}

/** The base URL of links, without a trailing slash: "https://millrace.example". */
export function ownAddress(request: FastifyRequest): string {
  return publicUrls.get(request) ?? `${request.protocol}://${request.host}`;
}
