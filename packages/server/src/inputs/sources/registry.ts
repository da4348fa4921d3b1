import { createRegistry, type Registry } from "../../registry/registry.js";
import { awsS3FolderSource } from "./aws-s3-folder/aws-s3-folder.js";
import { awsS3Source } from "./aws-s3.js";
import { azureBlobSource } from "./azureblob/azureblob.js";
import { embeddedSource } from "./embedded/embedded.js";
import type { InputSource, ServerInputs } from "./input-source.js";
import { jdbcSource } from "./jdbc/jdbc.js";
import { storageGridSource } from "./storage-grid.js";
import { textSource } from "./text.js";
import { uploadSource } from "./upload.js";

/** Every type of input source, one line each. */
const sources = {
  text: textSource,
  embedded: embeddedSource,
  upload: uploadSource,
  "aws-s3": awsS3Source,
  "aws-s3-folder": awsS3FolderSource,
  "storage-grid": storageGridSource,
  azureblob: azureBlobSource,
  jdbc: jdbcSource,
};
type Sources = typeof sources;
sources satisfies { readonly [Type in keyof ServerInputs]: { readonly type: Type } };

/** What is needed to fetch a job's data items, besides where each of them is. */
export type FetchAccess = Parameters<Sources[keyof Sources]["fetch"]>[1];

export const sourceRegistry: Registry<InputSource<keyof ServerInputs, FetchAccess>> = createRegistry(
  "input source",
  Object.values(sources),
);
