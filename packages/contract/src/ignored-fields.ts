import Type, { type TProperties } from "typebox";
import { boundedByBody } from "./bounds.js";

/** A field that is accepted and not read. */
const ignored = (why: string) => Type.Optional(Type.Unknown({ ...boundedByBody, description: `Ignored: ${why}.` }));

function each<Name extends string>(names: readonly Name[], why: string) {
  return Object.fromEntries(names.map((name) => [name, ignored(why)])) as Record<Name, ReturnType<typeof ignored>>;
}

/**
 * Fields that published clients send beside those that are read, by type, each with the reason why it is ignored. Any other field that a
 * type does not know is rejected: it may say what is to be read or done.
 */
export const ignoredFields = {
  /** `POST /jobs` */
  submission: each(
    [
      "jobIdentifier",
      "submittedBy",
      "status",
      "createdAt",
      "updatedAt",
      "submittedAt",
      "total",
      "completed",
      "failed",
      "elapsedTime",
    ],
    "the Java client sends all fields of a job that it has read; they describe that job, not the new one",
  ),
  /** `model` of a submission */
  submittedModel: each(
    [
      "modelId",
      "permalink",
      "description",
      "longDescription",
      "author",
      "versions",
      "latestVersion",
      "latestActiveVersion",
      "isAvailable",
      "isRecommended",
      "isExperimental",
      "isActive",
      "isExpired",
      "sourceType",
      "tags",
      "features",
      "images",
      "createdAt",
      "updatedAt",
      "imagePrefix",
      "repositoryName",
      "creationDateTime",
      "updateDateTime",
      "lastActiveDateTime",
      "createdByEmail",
    ],
    "the Java client sends all fields of a model that it has read; identifier and version say which one runs",
  ),
  /** `PATCH /models/{model}/versions/{version}` */
  version: {
    ...each(["ModelID", "Version"], "the Go client repeats the path"),
    requirement: ignored("the Python client names a kind of machine; model.yaml says what a version needs"),
  },
  /** `outputs` of the same */
  versionOutput: { mediaTypes: ignored("it repeats mediaType in what was read from the server") },
  /** `statistics` of the same */
  versionStatistic: each(
    ["category", "highlight", "order"],
    "the Python client sends statistics as it read them; these are derived from their order",
  ),
} as const satisfies Readonly<Record<string, TProperties>>;

/** Parameters of queries that published programs send though no server knows them; by path below `/api`. */
export const ignoredParameters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/jobs/history": { test: "the Go client's sample program filters by it" },
};
