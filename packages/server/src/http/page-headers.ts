import type { FastifyReply, FastifyRequest } from "fastify";
import type { Page } from "../database/paging.js";

/** Says how much there is (`X-Total-Count`) and where the next page is. */
export function setPageHeaders(request: FastifyRequest, reply: FastifyReply, page: Page, totalCount: number): void {
  void reply.header("x-total-count", totalCount);
  if (page.number * page.size >= totalCount) return;
  setNextPage(request, reply, { page: String(page.number + 1), "per-page": String(page.size) });
}

/** Says where the next page is (`Link`, RFC 8288): at this address with other parameters. */
export function setNextPage(
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: Readonly<Record<string, string>>,
): void {
  const next = new URL(request.url, `${request.protocol}://${request.host}`);
  for (const [name, value] of Object.entries(parameters)) next.searchParams.set(name, value);
  void reply.header("link", `<${next.href}>; rel="next"`);
}
