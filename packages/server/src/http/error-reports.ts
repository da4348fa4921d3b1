import { requestErrors, type RequestErrorCode } from "@millrace/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import Type from "typebox";
import { MillraceError } from "../errors/millrace-error.js";
import { knownAddress } from "./own-address.js";

declare module "fastify" {
  interface FastifyInstance {
    /** Where the reader of an error gets help; `request` is missing if it was not HTTP. */
    reportErrorUrl(code: RequestErrorCode, request?: FastifyRequest): string;
  }
}

export interface ErrorReportOptions {
  /** Where this installation takes reports; undefined: errors point to the meaning of their code on this server. */
  readonly supportUrl: string | undefined;
  /** Base URL of links; undefined: the request's own. */
  readonly publicUrl: string | undefined;
}

/** Gives every error an address of this installation, and serves the meaning of each code. Needs no key, as the documentation. */
export function serveErrorReports(app: FastifyInstance, { supportUrl, publicUrl }: ErrorReportOptions): void {
  app.decorate("reportErrorUrl", (code: RequestErrorCode, request?: FastifyRequest) => {
    const address = publicUrl ?? (request === undefined ? undefined : knownAddress(request));
    // A caller that the server cannot name itself to resolves the path against its own base URL.
    return supportUrl ?? `${address ?? ""}/api/errors/${code}`;
  });
  const errors = new Map(Object.entries(requestErrors));
  app.get<{ Params: { code: string } }>(
    "/api/errors/:code",
    { schema: { hide: true, params: Type.Object({ code: Type.String() }) } },
    ({ params: { code } }) => {
      const entry = errors.get(code);
      if (entry === undefined)
        throw new MillraceError("not_found", `There is no error code ${JSON.stringify(code)}. See docs/errors.md.`);
      return { code, ...entry };
    },
  );
}
