import type { InputOfType, InputSource as WireInputSource } from "@millrace/contract";
import type { BlobStore } from "../../storage/blob-store.js";
import type { Destination } from "../../outbound/outbound-rules.js";
import type { Outbound } from "../../outbound/outbound.js";
import type { ListedInput } from "../listed-input.js";
import type { S3Client } from "../s3/client.js";
import type { UploadInput } from "../uploaded-item.js";
import type { AzureClient } from "./azureblob/azure-client.js";

/** The input sources of jobs, by type. */
export type ServerInputs = InputOfType & { upload: UploadInput };

/** The `input` of a submission, or the part that a retry sends: its access without its sources. */
export type GivenInput<Type extends keyof ServerInputs> = Omit<ServerInputs[Type], "sources"> & {
  readonly sources?: ServerInputs[Type]["sources"] | undefined;
};

/**
 * One type of input source, in one value: how it is submitted, sealed, listed and fetched. `Access` is what is needed to fetch
 * a job's data items besides where each of them is; it exists in the clear only inside the fetcher.
 */
export interface InputSource<
  Type extends keyof ServerInputs,
  Access extends { readonly type: Type } = { readonly type: Type },
> extends Pick<WireInputSource<Type>, "type" | "secretFields" | "isStored"> {
  /** @throws MillraceError `invalid_request` for what the schema cannot say. */
  check?(input: GivenInput<Type>): void;
  /** The addresses in the submission that this server will connect to, and their fields. */
  destination?(input: GivenInput<Type>): InputDestination | undefined;
  /** What is encrypted until the job ends. Omitted if fetching needs no access. */
  toAccess?(input: GivenInput<Type>): Access;
  /** For sources whose inputs a worker must list. */
  readonly list?: Listing<Access>;
  /** @throws InputError with a sentence for the caller; nothing in it is secret. */
  fetch(dataItem: LocatedDataItem, access: Access, context: FetchContext): Promise<Uint8Array>;
}

export interface InputDestination extends Destination {
  readonly field: string;
}

export interface Listing<Access> {
  /** Name of the failed input that says why there are none. */
  readonly failedName: string;
  /** @throws ListingError with a sentence for the caller; nothing in it is secret. */
  inputs(access: Access, context: ListContext): AsyncGenerator<ListedInput[]>;
}

export interface ListContext {
  readonly s3: Pick<S3Client, "list">;
  /** Which addresses may be connected to. */
  readonly outbound: Outbound;
  readonly signal: AbortSignal;
}

/** A data item that is to be fetched. */
export interface LocatedDataItem {
  readonly name: string;
  /** Its location from the submission or the listing, in the source's format. */
  readonly location: unknown;
  readonly maximumSizeBytes: number;
}

/** Clients that fetching shares. */
export interface FetchClients {
  readonly s3: S3Client;
  readonly azure: Pick<AzureClient, "get">;
  readonly blobs: BlobStore;
}

export interface FetchContext extends FetchClients {
  readonly signal: AbortSignal;
  /** Waits until this many more bytes may be held in memory for this input. */
  readonly reserve: (sizeBytes: number) => Promise<void> | undefined;
}
