import Type, { type Static } from "typebox";

/** One object in an S3 bucket. A leading slash of the key is ignored, as callers write both forms. */
export const S3Location = Type.Object({
  bucket: Type.String({ minLength: 1 }),
  key: Type.String({ minLength: 1 }),
});
export type S3Location = Static<typeof S3Location>;

/** The fields of an input that say how to reach S3. */
export const s3Credentials = {
  accessKeyID: Type.Optional(Type.String({ description: "Leave it and the secret out to read public objects." })),
  secretAccessKey: Type.Optional(Type.String()),
  sessionToken: Type.Optional(Type.String({ description: "For temporary credentials." })),
  region: Type.Optional(Type.String({ description: "The bucket's region; us-east-1 when left out." })),
};

export const s3SecretFields = ["accessKeyID", "secretAccessKey", "sessionToken"] as const;
