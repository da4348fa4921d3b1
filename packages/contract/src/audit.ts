import Type, { type Static } from "typebox";
import { WireDate } from "./wire-date.js";

const TextOrNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

/** Something that was done, or refused. */
export const AuditEntry = Type.Object({
  identifier: Type.String({ description: "Grows with time." }),
  createdAt: WireDate,
  accountIdentifier: TextOrNull("Null when nobody is known to have called."),
  userIdentifier: TextOrNull("Null for a failed sign-in."),
  accessKey: TextOrNull("The public part of the API key; of a failed sign-in only where such a key exists."),
  action: Type.String({ description: "Method and pattern of the route, such as `POST /api/jobs/:job/pause`." }),
  target: Type.Record(Type.String(), Type.String(), {
    description: "The identifiers in the path, and of what was created, by name.",
  }),
  address: TextOrNull("Where the request came from."),
  statusCode: Type.Integer({ description: "Of the HTTP response." }),
  code: TextOrNull("Of the error; null when it was done."),
  requestId: Type.String({ description: "Of the last request, where the entry stands for several." }),
  count: Type.Integer({ description: "Requests that the entry stands for: alike refusals are counted together." }),
});
export type AuditEntry = Static<typeof AuditEntry>;

/** Filters of `GET /audit`; each takes only entries that are equal to it. */
export const AuditQuery = Type.Object({
  "per-page": Type.Optional(Type.String({ description: "1 to 1000, 10 by default." })),
  before: Type.Optional(
    Type.String({
      pattern: "^\\d{1,18}$",
      description: "the identifier of an entry; only older ones are returned",
    }),
  ),
  startDate: Type.Optional(Type.String({ description: "Created at or after." })),
  endDate: Type.Optional(Type.String({ description: "Created at or before." })),
  account: Type.Optional(Type.String({ description: "Identifier; for a system owner, who sees all accounts." })),
  user: Type.Optional(Type.String({ description: "Identifier." })),
  accessKey: Type.Optional(Type.String({ description: "Prefix." })),
  action: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  statusCode: Type.Optional(Type.String({ pattern: "^[1-5]\\d\\d$", description: "an HTTP status, from 100 to 599" })),
  requestId: Type.Optional(Type.String()),
  target: Type.Optional(Type.String({ description: "An identifier among those that the action was about." })),
});
export type AuditQuery = Static<typeof AuditQuery>;
