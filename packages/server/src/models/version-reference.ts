import { MillraceError } from "../errors/millrace-error.js";

/** Names one version of a model. */
export interface VersionReference {
  /** The model's identifier. */
  readonly model: string;
  /** Three integers with dots. */
  readonly version: string;
}

/** The `not_found` of a version that does not exist, or not for this caller. */
export function unknownVersion({ model, version }: VersionReference): MillraceError {
  return new MillraceError(
    "not_found",
    `There is no version ${JSON.stringify(version)} of model ${JSON.stringify(model)}. GET /api/models/${encodeURIComponent(model)}/versions lists its versions.`,
  );
}
