import { bounds } from "@millrace/contract";
import Type, { type Static } from "typebox";
import { parseMoment } from "../database/parse-moment.js";
import { MillraceError } from "../errors/millrace-error.js";
import { scopes, type Scope } from "./scopes.js";

const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Optional(Type.Union([schema, Type.Null()]));

/** The fields of a key that narrow its roles; null, or absent for a new key, means no limit. */
export const keyLimitFields = {
  expiresAt: orNull(
    Type.String({
      maxLength: bounds.moment,
      description: "a moment in the future, such as 2027-01-31T00:00:00.000+00:00",
    }),
  ),
  scopes: orNull(Type.Array(Type.Enum([...scopes]), { minItems: 1, maxItems: scopes.length, uniqueItems: true })),
  models: orNull(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 100, uniqueItems: true }),
  ),
};
const Fields = Type.Object(keyLimitFields);

/** Limits of a key; null means no limit. */
export interface KeyLimits {
  readonly expiresAt: Date | null;
  readonly scopes: readonly Scope[] | null;
  /** Identifiers of the only models whose jobs it can submit and see. */
  readonly models: readonly string[] | null;
}

export const withoutLimits: KeyLimits = { expiresAt: null, scopes: null, models: null };

/**
 * Applies a request body to a key's limits; omitted fields keep their values.
 *
 * @param present the key's limits so far.
 * @throws MillraceError `invalid_request` for a moment that has passed, or for models with scopes that reach further.
 */
export function parseKeyLimits(body: Static<typeof Fields>, present: KeyLimits = withoutLimits): KeyLimits {
  const models = body.models === undefined ? present.models : body.models;
  const wanted = body.scopes === undefined ? present.scopes : body.scopes;
  const limits = {
    expiresAt: body.expiresAt === undefined ? present.expiresAt : parseExpiry(body.expiresAt),
    scopes: wanted ?? (models === null ? null : modelScopes),
    models,
  };
  const tooWide = models === null ? undefined : limits.scopes?.find((scope) => !modelScopes.includes(scope));
  if (tooWide === undefined) return limits;
  throw new MillraceError(
    "invalid_request",
    `scopes is not valid: found ${JSON.stringify(tooWide)}, expected only ${modelScopes.join(" and ")} for a key that is limited to models.`,
  );
}

// A key that can change models could change others, and one that manages keys could create a key without limits.
const modelScopes: readonly Scope[] = ["read", "submit"];

function parseExpiry(text: string | null): Date | null {
  if (text === null) return null;
  const expiresAt = parseMoment(text, "expiresAt");
  if (expiresAt.getTime() > Date.now()) return expiresAt;
  throw new MillraceError(
    "invalid_request",
    `expiresAt is not valid: found ${JSON.stringify(text)}, expected a moment in the future.`,
  );
}
