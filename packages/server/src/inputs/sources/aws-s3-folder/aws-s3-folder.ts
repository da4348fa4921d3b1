import { inputSources, namesOf } from "@millrace/contract";
import { MillraceError } from "../../../errors/millrace-error.js";
import type { InputSource } from "../input-source.js";
import { checkKeyPair, fetchS3Object, toS3Access } from "../s3-object.js";
import { listFolders, type FolderAccess, type Folders } from "./list-folder.js";

/** Every object below a folder of an S3 bucket. */
export const awsS3FolderSource: InputSource<"aws-s3-folder", FolderAccess & { readonly type: "aws-s3-folder" }> = {
  ...inputSources["aws-s3-folder"],
  check(input) {
    checkFolders(input.sources ?? {});
    checkKeyPair(input);
  },
  toAccess: (input) => ({ type: "aws-s3-folder", ...toS3Access(input), folders: foldersOf(input.sources ?? {}) }),
  list: { failedName: "folders", inputs: (access, { s3, signal }) => listFolders(access, s3, signal) },
  fetch: fetchS3Object,
};

/** In the caller's order, which an encrypted object would not keep. */
function foldersOf(sources: Readonly<Record<string, Folders>>): [source: string, folders: Folders][] {
  return namesOf(sources).map((name) => [name, sources[name] ?? {}]);
}

/** A folder's objects become the data item of inputs; two folders would have to be paired. */
function checkFolders(sources: Readonly<Record<string, object>>): void {
  for (const [name, dataItems] of Object.entries(sources)) {
    const count = Object.keys(dataItems).length;
    if (count === 1) continue;
    throw new MillraceError(
      "invalid_request",
      `input.sources[${JSON.stringify(name)}] has ${count} folders: expected one. Each of its objects becomes an input with one data item.`,
    );
  }
}
