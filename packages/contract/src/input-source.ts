import Type, { type Static, type TProperties, type TSchema } from "typebox";

/** Where the data items of a job come from. */
export const inputSourceTypes = [
  "text",
  "embedded",
  "aws-s3",
  "aws-s3-folder",
  "storage-grid",
  "azureblob",
  "jdbc",
] as const;
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

const s3Credentials = {
  accessKeyID: Type.Optional(Type.String({ description: "Leave it and the secret out to read public objects." })),
  secretAccessKey: Type.Optional(Type.String()),
  sessionToken: Type.Optional(Type.String({ description: "For temporary credentials." })),
  region: Type.Optional(Type.String({ description: "The bucket's region; us-east-1 when left out." })),
};

export const AwsS3Input = inputOf("aws-s3", S3Location, s3Credentials);
export type AwsS3Input = Static<typeof AwsS3Input>;

/** Every object below `key` is an input of its own, called `<source>:<rest of the key>` with ":" for "/". */
export const AwsS3FolderInput = inputOf("aws-s3-folder", S3Location, s3Credentials);
export type AwsS3FolderInput = Static<typeof AwsS3FolderInput>;

/** Objects of an S3-compatible server that the submission names. */
export const StorageGridInput = inputOf("storage-grid", S3Location, {
  ...s3Credentials,
  endpoint: Type.String({ minLength: 1, description: "The server's address; https where it names no protocol." }),
});
export type StorageGridInput = Static<typeof StorageGridInput>;

/** One blob in a container of an Azure storage account. */
export const AzureBlobLocation = Type.Object({
  container: Type.String({ minLength: 1 }),
  filePath: Type.String({ minLength: 1 }),
});
export type AzureBlobLocation = Static<typeof AzureBlobLocation>;

export const AzureBlobInput = inputOf("azureblob", AzureBlobLocation, {
  storageAccount: Type.String({ pattern: "^[a-z0-9]{3,24}$" }),
  storageAccountKey: Type.String({ pattern: "^[A-Za-z0-9+/]+={0,2}$", description: "One of the account's two keys." }),
});
export type AzureBlobInput = Static<typeof AzureBlobInput>;

/** Each row of a query is an input called `row-1`, `row-2` and so on; its columns are named like the model's data items. */
export const JdbcInput = Type.Object({
  type: Type.Literal("jdbc"),
  url: Type.String({
    pattern: "^jdbc:postgresql://[^/\\s]+/\\S+$",
    description: "`jdbc:postgresql://host:port/database`; `?sslmode=require` encrypts.",
  }),
  username: Type.String(),
  password: Type.String(),
  driver: Type.Optional(Type.Literal("org.postgresql.Driver")),
  query: Type.String({ minLength: 1, description: "One SELECT; it is run in a transaction that may only read." }),
  sources: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: "Not used; clients send `{}`." })),
});
export type JdbcInput = Static<typeof JdbcInput>;

/** The inputs of a job, by `type`. */
export type JobInput =
  TextInput | EmbeddedInput | AwsS3Input | AwsS3FolderInput | StorageGridInput | AzureBlobInput | JdbcInput;

/** The schema of each kind of input, looked up by its `type`. */
export const jobInputSchemas = {
  text: TextInput,
  embedded: EmbeddedInput,
  "aws-s3": AwsS3Input,
  "aws-s3-folder": AwsS3FolderInput,
  "storage-grid": StorageGridInput,
  azureblob: AzureBlobInput,
  jdbc: JdbcInput,
} as const satisfies Record<InputSourceType, TSchema>;
