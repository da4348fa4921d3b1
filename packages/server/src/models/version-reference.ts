import { MillraceError } from "../errors/millrace-error.js";

/** Identifies a version of a model. */
export interface VersionReference {
  /** The model's identifier. */
  readonly model: string;
  /** Three integers separated by dots. */
  readonly version: string;
}

/** The `not_found` error for a version that does not exist or is not visible to the caller. */
export function unknownVersion({ model, version }: VersionReference): MillraceError {
  return new MillraceError(
    "not_found",
    `There is no version ${JSON.stringify(version)} of model ${JSON.stringify(model)}. GET /api/models/${encodeURIComponent(model)}/versions lists its versions.`,
  );
}
