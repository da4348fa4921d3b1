import type { FastifyReply, FastifyRequest } from "fastify";
import type { Page } from "../database/paging.js";
import { ownAddress } from "./own-address.js";

/** Sets the total (`X-Total-Count`) and the link to the next page. */
export function setPageHeaders(request: FastifyRequest, reply: FastifyReply, page: Page, totalCount: number): void {
  void reply.header("x-total-count", totalCount);
  if (page.number * page.size >= totalCount) return;
  setNextPage(request, reply, { page: String(page.number + 1), "per-page": String(page.size) });
}

/** Links to the next page (`Link`, RFC 8288): the same URL with other parameters. */
export function setNextPage(
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: Readonly<Record<string, string>>,
): void {
  const next = new URL(ownAddress(request) + request.url);
  for (const [name, value] of Object.entries(parameters)) next.searchParams.set(name, value);
  void reply.header("link", `<${next.href}>; rel="next"`);
}
