import type { FastifyReply, FastifyRequest } from "fastify";
import type { Page } from "../database/paging.js";
import { ownAddress } from "./own-address.js";

/** Says how much there is (`X-Total-Count`) and where the next page is (`Link`, RFC 8288). */
export function setPageHeaders(request: FastifyRequest, reply: FastifyReply, page: Page, totalCount: number): void {
  void reply.header("x-total-count", totalCount);
  if (page.number * page.size >= totalCount) return;
  const next = new URL(request.url, ownAddress(request));
  next.searchParams.set("page", String(page.number + 1));
  next.searchParams.set("per-page", String(page.size));
  void reply.header("link", `<${next.href}>; rel="next"`);
}
