import Type, { type Static } from "typebox";
import { closed } from "../bounds.js";

const place = {
  bucket: Type.String({ minLength: 1, maxLength: 255 }),
  // Of S3: 1,024 bytes, here with a leading slash.
  key: Type.String({ minLength: 1, maxLength: 1_025 }),
};

/** A folder of an S3 bucket. A leading slash of the key is ignored, as callers write both forms. */
export const S3Folder = Type.Object(place, closed);
export type S3Folder = Static<typeof S3Folder>;

/** One object in an S3 bucket, in the version given or the newest one. */
export const S3Location = Type.Object(
  {
    ...place,
    versionId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_024,
        description: "In a bucket that keeps versions; the newest by default.",
      }),
    ),
  },
  closed,
);
export type S3Location = Static<typeof S3Location>;

/** Everything but the name of an input source whose data items are objects in S3 buckets. */
export const s3Objects = {
  dataItem: S3Location,
  fields: {
    accessKeyID: Type.Optional(
      Type.String({ maxLength: 256, description: "Omit it and the secret to read public objects." }),
    ),
    secretAccessKey: Type.Optional(Type.String({ maxLength: 1_024 })),
    sessionToken: Type.Optional(Type.String({ maxLength: 16_384, description: "For temporary credentials." })),
    region: Type.Optional(Type.String({ maxLength: 64, description: "The bucket's region; us-east-1 by default." })),
    requestPayer: Type.Optional(
      Type.Literal("requester", { description: "Pays for requests to buckets whose owner does not." }),
    ),
  },
  secretFields: ["accessKeyID", "secretAccessKey", "sessionToken"],
  isStored: false,
} as const;
