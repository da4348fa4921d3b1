import type { AuditEntry } from "../contract.js";
import type { CallOptions, Transport } from "../http/transport.js";

/** Which entries to list; each takes only those that are equal to it. */
export interface AuditFilter extends CallOptions {
  /** Created at or after. */
  readonly startDate?: Date;
  /** Created at or before. */
  readonly endDate?: Date;
  /** Identifier of an account, for a system owner, who sees all of them. */
  readonly account?: string;
  /** Identifier of a user. */
  readonly user?: string;
  /** An API key's prefix. */
  readonly accessKey?: string;
  /** Method and pattern of a route, such as `POST /api/jobs/:job/pause`. */
  readonly action?: string;
  /** Where the requests came from. */
  readonly address?: string;
  /** Of the HTTP responses. */
  readonly statusCode?: number;
  readonly requestId?: string;
  /** An identifier among those that the actions were about. */
  readonly target?: string;
  /** Entries asked for at a time, 100 by default. */
  readonly pageSize?: number;
}

/** Who did what: for keys with one of the roles AUDITOR, ACCOUNT_ADMIN and SYSTEM_OWNER. */
export class Audit {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Every change in your account, and everything that was refused, the newest first.
   *
   * @throws ForbiddenError.
   *
   * @example
   * for await (const { createdAt, accessKey, action, statusCode } of client.audit.entries({ accessKey: "abc" }))
   *   console.log(createdAt, accessKey, action, statusCode);
   */
  async *entries(filter: AuditFilter = {}): AsyncGenerator<AuditEntry> {
    const { pageSize = 100, signal, timeoutMs, ...query } = filter;
    // New entries arrive at the front, so numbered pages would repeat some.
    for (let before: string | undefined; ;) {
      const page: AuditEntry[] = await this.#transport.json({
        method: "GET",
        path: "/audit",
        query: { ...query, "per-page": pageSize, before },
        signal,
        timeoutMs,
      });
      yield* page;
      if (page.length < pageSize) return;
      before = page.at(-1)?.identifier;
    }
  }
}
