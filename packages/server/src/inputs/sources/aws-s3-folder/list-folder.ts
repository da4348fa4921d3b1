import type { S3Folder } from "@millrace/contract";
import { FailureError } from "../../../errors/failure.js";
import type { ListedInput } from "../../listed-input.js";
import { retryTransient } from "../../../lifecycle/retry-transient.js";
import { s3ObjectAt, type S3Access } from "../../s3/access.js";
import type { S3Client } from "../../s3/client.js";
import { keyOf } from "../../s3/object.js";
import type { ListingPage } from "../../s3/listing.js";
import { s3Error } from "../../s3/error-catalogue.js";

/** The access to a bucket and, until they are listed, its folders. */
export interface FolderAccess extends S3Access {
  readonly folders?: NamedFolders | undefined;
}

/** In the caller's order. */
type NamedFolders = readonly (readonly [source: string, folders: Folders])[];

/** Folders by the data item that each of their objects becomes. */
export type Folders = Readonly<Record<string, S3Folder>>;

// Of a thousand keys, or of none: a job has far fewer inputs.
const maximumPages = 10_000;

/**
 * Every object below each folder as an input, some at a time. An input is named after its source and its object:
 * `<source>:<rest of the key>`, with ":" for "/"; duplicates get
 * " (2)" and so on. A folder that cannot be listed, or is empty, is an input that failed.
 */
export async function* listFolders(
  access: FolderAccess,
  s3: Pick<S3Client, "list">,
  signal: AbortSignal,
): AsyncGenerator<ListedInput[]> {
  const names: Names = new Map();
  for (const [source, dataItems] of foldersOf(access.folders ?? [])) {
    for (const [dataItem, folder] of Object.entries(dataItems)) {
      yield* listFolder(source, dataItem, folder, { access, s3, signal, names });
    }
  }
}

/** Jobs of earlier versions have an object. */
function foldersOf(
  folders: NamedFolders | Readonly<Record<string, Folders>>,
): readonly (readonly [source: string, folders: Folders])[] {
  return Array.isArray(folders) ? (folders as NamedFolders) : Object.entries(folders as Record<string, Folders>);
}

async function* listFolder(
  source: string,
  dataItem: string,
  folder: S3Folder,
  context: { access: FolderAccess; s3: Pick<S3Client, "list">; signal: AbortSignal; names: Names },
): AsyncGenerator<ListedInput[]> {
  const { access, s3, signal, names } = context;
  const object = s3ObjectAt(folder, access);
  const prefix = folderPrefix(keyOf(object));
  let count = 0;
  let pages = 0;
  let continuation: string | null = null;
  try {
    do {
      const from: string | null = continuation;
      const page: ListingPage = await retryTransient(() => s3.list({ ...object, key: prefix }, from, signal), {
        signal,
      });
      // Consoles create an empty object named like the folder.
      const keys = page.keys.filter((key) => !key.endsWith("/"));
      count += keys.length;
      yield keys.map((key) => ({
        name: uniqueName(`${source}:${key.slice(prefix.length).replaceAll("/", ":")}`, names),
        dataItems: { [dataItem]: { bucket: folder.bucket, key } },
      }));
      pages += 1;
      // A store that always announces another page would be listed forever.
      if (page.continuation !== null && (page.continuation === from || pages >= maximumPages))
        throw s3Error(object, { code: "EndlessListing", statusCode: 200 });
      continuation = page.continuation;
    } while (continuation !== null);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FailureError)) throw error;
    const message = `The folder could not be listed. ${error.message}`;
    yield [{ name: source, failure: { code: error.failureCode, message } }];
    return;
  }
  if (count === 0) {
    const place = `${JSON.stringify(prefix)} in bucket ${JSON.stringify(folder.bucket)}`;
    const message = `There is no object under ${place}: check the key of the folder.`;
    yield [{ name: source, failure: { code: "s3.no_objects", message } }];
  }
}

/** The key of a folder with one slash at its end; the whole bucket has none. */
function folderPrefix(key: string): string {
  let end = key.length;
  while (key[end - 1] === "/") end -= 1;
  return key === "" ? "" : `${key.slice(0, end)}/`;
}

/** How often each name occurred: a store may list one key repeatedly. */
type Names = Map<string, number>;

function uniqueName(wanted: string, names: Names): string {
  let number = (names.get(wanted) ?? 0) + 1;
  let name = number === 1 ? wanted : `${wanted} (${number})`;
  while (number > 1 && names.has(name)) name = `${wanted} (${++number})`;
  names.set(wanted, number);
  if (name !== wanted) names.set(name, 1);
  return name;
}
