import type { Static } from "typebox";
import { awsS3FolderSource } from "./aws-s3-folder.js";
import { awsS3Source } from "./aws-s3.js";
import { azureBlobSource } from "./azureblob.js";
import { embeddedSource } from "./embedded.js";
import type { InputSource } from "./input-source.js";
import { jdbcSource } from "./jdbc.js";
import { storageGridSource } from "./storage-grid.js";
import { textSource } from "./text.js";

/** Every type of input source that a submission can have, one line each. */
export const inputSources = {
  text: textSource,
  embedded: embeddedSource,
  "aws-s3": awsS3Source,
  "aws-s3-folder": awsS3FolderSource,
  "storage-grid": storageGridSource,
  azureblob: azureBlobSource,
  jdbc: jdbcSource,
} as const;
inputSources satisfies { readonly [Type in InputSourceType]: InputSource<Type> };

/** Where the data items of a job come from. */
export type InputSourceType = keyof typeof inputSources;

export const inputSourceTypes = Object.keys(inputSources) as readonly InputSourceType[];

/** Whether a submission can have input of this type. */
export function isInputSourceType(type: unknown): type is InputSourceType {
  return typeof type === "string" && Object.hasOwn(inputSources, type);
}

/** The `input` of a submission of each type. */
export type InputOfType = { [Type in InputSourceType]: Static<(typeof inputSources)[Type]["schema"]> };
