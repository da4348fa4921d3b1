import Type, { type Static, type TProperties, type TSchema } from "typebox";

/** Where the data items of a job come from. */
export const inputSourceTypes = ["text", "embedded", "aws-s3"] as const;
export type InputSourceType = (typeof inputSourceTypes)[number];

/** One object in an S3 bucket. A leading slash of the key is ignored, as callers write both forms. */
export const S3Location = Type.Object({
  bucket: Type.String({ minLength: 1 }),
  key: Type.String({ minLength: 1 }),
});
export type S3Location = Static<typeof S3Location>;

/** Inputs by name, each with its data items by the name that the model gives them. */
const sourcesOf = <Item extends TSchema>(item: Item) =>
  Type.Record(Type.String(), Type.Record(Type.String(), item), {
    description: "Input name -> data item name -> where that data item is.",
  });

const inputOf = <Kind extends InputSourceType, Item extends TSchema, Extra extends TProperties>(
  type: Kind,
  item: Item,
  extra: Extra,
) => Type.Object({ type: Type.Literal(type), sources: sourcesOf(item), ...extra });

export const TextInput = inputOf("text", Type.String(), {});
export type TextInput = Static<typeof TextInput>;

export const EmbeddedInput = inputOf(
  "embedded",
  Type.String({ pattern: "^data:", description: "A data URL (RFC 2397), with or without `;base64`." }),
  {},
);
export type EmbeddedInput = Static<typeof EmbeddedInput>;

export const AwsS3Input = inputOf("aws-s3", S3Location, {
  accessKeyID: Type.Optional(Type.String({ description: "Leave it and the secret out to read public objects." })),
  secretAccessKey: Type.Optional(Type.String()),
  sessionToken: Type.Optional(Type.String({ description: "For temporary credentials." })),
  region: Type.Optional(Type.String({ description: "The bucket's region; us-east-1 when left out." })),
});
export type AwsS3Input = Static<typeof AwsS3Input>;

/** The inputs of a job, by `type`. */
export type JobInput = TextInput | EmbeddedInput | AwsS3Input;

/** The schema of each kind of input, looked up by its `type`. */
export const jobInputSchemas = {
  text: TextInput,
  embedded: EmbeddedInput,
  "aws-s3": AwsS3Input,
} as const satisfies Record<InputSourceType, TSchema>;
