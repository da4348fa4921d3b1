import Type, { type Static } from "typebox";
import { boundedByBody, closed } from "../bounds.js";
import type { InputSource } from "./input-source.js";

/** Each row of a query is an input called `row-1`, `row-2` and so on; its columns are named like the model's data items. */
export const JdbcInput = Type.Object(
  {
    type: Type.Literal("jdbc"),
    url: Type.String({
      maxLength: 2_000,
      pattern: "^jdbc:postgresql://[^/\\s]+/\\S+$",
      description: "jdbc:postgresql://host:port/database; `?sslmode=verify-full` encrypts and checks the certificate.",
    }),
    username: Type.String({ maxLength: 256 }),
    password: Type.String({ maxLength: 1_024 }),
    driver: Type.Optional(Type.Literal("org.postgresql.Driver")),
    query: Type.String({
      minLength: 1,
      maxLength: 65_536,
      description: "One SELECT; it is run in a transaction that may only read.",
    }),
    sources: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { ...boundedByBody, description: "Not used; clients send `{}`." }),
    ),
  },
  closed,
);
export type JdbcInput = Static<typeof JdbcInput>;

/** The rows of a query; they are kept with the job once it is listed. */
export const jdbcSource = {
  type: "jdbc",
  schema: JdbcInput,
  dataItem: undefined,
  secretFields: ["password"],
  isStored: true,
} as const satisfies InputSource;
