import type { Readable } from "node:stream";
import type { BlobServiceClient } from "@azure/storage-blob";
import type { AzureBlobLocation, InputFailureCode } from "@millrace/contract";
import { AddressNotAllowedError } from "../../../outbound/address-not-allowed.js";
import type { Outbound } from "../../../outbound/outbound.js";
import { defaultPace, startPace, type PaceLimits } from "../../pace.js";
import { InputError } from "../../input-error.js";
import type { FetchOptions } from "../../s3/download.js";
import { createAzureConnections } from "./azure-connections.js";

/** How to reach the blobs of a job. */
export interface AzureAccess {
  readonly storageAccount: string;
  readonly storageAccountKey: string;
}

/** Reads blobs of Azure storage accounts. */
export interface AzureClient {
  /**
   * The bytes of one blob. Does not retry: see retry-transient.ts.
   *
   * @throws AzureBlobError saying what went wrong and whether trying again may help; AddressNotAllowedError; the signal's
   *   reason when it is aborted
   */
  get(location: AzureBlobLocation, access: AzureAccess, options: FetchOptions): Promise<Uint8Array>;
  /** Ends every connection; what is still being fetched is rejected. */
  close(): Promise<void>;
}

/** Why a blob could not be fetched; never holds a secret. */
export class AzureBlobError extends InputError {
  /** True when the same request may well succeed later. */
  readonly isTransient: boolean;

  constructor(
    failureCode: InputFailureCode,
    message: string,
    { isTransient, cause }: { isTransient: boolean; cause?: unknown },
  ) {
    super(failureCode, message, { cause });
    this.isTransient = isTransient;
  }
}

export interface AzureClientOptions {
  /** Which addresses may be connected to. */
  readonly outbound: Outbound;
  /** An Azure-compatible server, with `/<account>` appended; by default, each account's own host. */
  readonly endpoint?: string | undefined;
  readonly pace?: PaceLimits;
}

export function createAzureClient({ outbound, endpoint, pace: limits = defaultPace }: AzureClientOptions): AzureClient {
  const connections = createAzureConnections(outbound);
  // A chunk's inputs share their access, and so their client and its connections.
  const services = new WeakMap<AzureAccess, Promise<BlobServiceClient>>();
  const openService = async ({ storageAccount, storageAccountKey }: AzureAccess): Promise<BlobServiceClient> => {
    // 300 files: a server that reads no blobs starts without them.
    const { BlobServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
    const url =
      endpoint === undefined ? `https://${storageAccount}.blob.core.windows.net` : `${endpoint}/${storageAccount}`;
    const credential = new StorageSharedKeyCredential(storageAccount, storageAccountKey);
    return new BlobServiceClient(url, credential, {
      httpClient: connections.client,
      retryOptions: { maxTries: 1 },
    });
  };
  const serviceOf = (access: AzureAccess): Promise<BlobServiceClient> => {
    const known = services.get(access) ?? openService(access);
    services.set(access, known);
    return known;
  };

  return {
    async get(location, access, { maximumSizeBytes, signal, reserve }) {
      const { container, filePath } = location;
      const place = `blob ${JSON.stringify(filePath)} in container ${JSON.stringify(container)}`;
      const tooLarge = () =>
        new AzureBlobError(
          "input.too_large",
          `The ${place} is larger than the ${maximumSizeBytes} bytes that the model accepts.`,
          { isTransient: false },
        );
      let stream: Readable | undefined;
      const slow = new AbortController();
      const pace = startPace(limits, (reason) =>
        slow.abort(
          new AzureBlobError(
            "input.too_slow",
            `Azure sends the ${place} of storage account ${JSON.stringify(access.storageAccount)} too slowly, ${reason}: check the network, then submit the job again.`,
            { isTransient: false },
          ),
        ),
      );
      try {
        const service = await serviceOf(access);
        const blob = service.getContainerClient(container).getBlobClient(filePath.replace(/^\//, ""));
        const response = await blob.download(0, undefined, {
          abortSignal: AbortSignal.any([signal, slow.signal]),
        });
        stream = response.readableStreamBody as Readable | undefined;
        // A partly read body fails when destroyed; that error is irrelevant.
        stream?.on("error", () => {});
        const sizeBytes = response.contentLength ?? maximumSizeBytes;
        if (sizeBytes > maximumSizeBytes) throw tooLarge();
        pace.expect(sizeBytes);
        pace.pause();
        await reserve?.(sizeBytes);
        pace.resume();
        const pieces: Buffer[] = [];
        let receivedBytes = 0;
        for await (const piece of (stream ?? []) as AsyncIterable<Buffer>) {
          receivedBytes += piece.length;
          pace.received(piece.length);
          if (receivedBytes > maximumSizeBytes) throw tooLarge();
          pieces.push(piece);
        }
        return Buffer.concat(pieces);
      } catch (error) {
        signal.throwIfAborted();
        slow.signal.throwIfAborted();
        if (error instanceof AzureBlobError || error instanceof AddressNotAllowedError) throw error;
        throw describe(error, place, access.storageAccount);
      } finally {
        pace.end();
        stream?.destroy();
      }
    },
    close: () => connections.close(),
  };
}

const knownFaults: Readonly<Record<string, { readonly failureCode: InputFailureCode; readonly advice: string }>> = {
  BlobNotFound: { failureCode: "azure.no_such_blob", advice: "check filePath" },
  ContainerNotFound: { failureCode: "azure.no_such_container", advice: "check container" },
  AuthenticationFailed: {
    failureCode: "azure.invalid_credentials",
    advice: "check storageAccount and storageAccountKey",
  },
  AuthorizationFailure: { failureCode: "azure.access_denied", advice: "allow this key to read the container" },
  ENOTFOUND: { failureCode: "azure.no_such_account", advice: "check storageAccount" },
};
const laterFault = { failureCode: "azure.unavailable", advice: "try again later" } as const;
const otherFault = { failureCode: "azure.request_failed", advice: "check the submission's input" } as const;

function describe(error: unknown, place: string, account: string): AzureBlobError {
  // Of a response: the library's RestError.
  const { code = "unknown error", statusCode } = error as { code?: string; statusCode?: number };
  const isTransient =
    statusCode === undefined ? code !== "ENOTFOUND" : statusCode >= 500 || [408, 429].includes(statusCode);
  const known = Object.hasOwn(knownFaults, code) ? knownFaults[code] : undefined;
  const { failureCode, advice } = isTransient ? laterFault : (known ?? otherFault);
  return new AzureBlobError(
    failureCode,
    `The ${place} of storage account ${JSON.stringify(account)} cannot be read (${code}): ${advice}.`,
    { isTransient, cause: error },
  );
}
