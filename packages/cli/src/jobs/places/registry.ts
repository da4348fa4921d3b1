import { files } from "./files.js";
import type { PlaceKind } from "./place.js";
import { s3Folders, s3Objects } from "./s3.js";

/** Every kind of place that `jobs submit` takes, one line each; a place is of the first kind that accepts it. */
export const placeKinds: readonly PlaceKind[] = [
  s3Objects,
  s3Folders,
  // Takes everything else, so it comes last.
  files,
];
