import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { onAbort } from "../../lifecycle/on-abort.js";
import { AddressNotAllowedError } from "../../outbound/address-not-allowed.js";
import { type Pace, type PaceLimits, startPace } from "../pace.js";
import { checksumOf, type ResponseChecksum } from "./checksum.js";
import { type Fault, s3Error } from "./error-catalogue.js";
import { networkFault } from "./network-fault.js";
import type { S3Object } from "./object.js";

export interface FetchOptions {
  /** A larger object is rejected, at once if its size is announced. */
  readonly maximumSizeBytes: number;
  readonly signal: AbortSignal;
  /**
   * Called once the size is known and before the body is read, with that size (or `maximumSizeBytes` when the store does
   * not tell it); undefined when nothing has to be waited for: waiting here holds the download without tripping its time-outs. The fetch never settles while this waits,
   * so that what was reserved can be released then; it should listen to the same signal.
   */
  readonly reserve?: (sizeBytes: number) => Promise<void> | undefined;
}

/** The response to a GET: the object if `statusCode` is 200, otherwise up to 64 KiB of the error body. */
export interface DownloadResponse {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** A smaller body is drained to keep the connection; otherwise the connection is closed. */
const worthDrainingBytes = 64 * 1024;
const maximumErrorBodyBytes = 64 * 1024;

/**
 * Sends one GET and reads the response into its own buffer.
 *
 * @throws S3Error when the connection fails, the object is too large or does not arrive whole
 * @throws the signal's reason when it is aborted
 */
export function download(
  pool: Dispatcher,
  object: S3Object,
  request: {
    readonly origin: string;
    readonly host: string;
    readonly path: string;
    readonly headers: Record<string, string>;
  },
  options: FetchOptions,
  pace: PaceLimits,
): Promise<DownloadResponse> {
  return new Promise((resolve, reject) => {
    options.signal.throwIfAborted();
    const receiver = new Receiver(object, request.host, options, pace, { resolve, reject });
    pool.dispatch({ origin: request.origin, method: "GET", path: request.path, headers: request.headers }, receiver);
  });
}

interface Outcome {
  resolve(response: DownloadResponse): void;
  reject(error: unknown): void;
}

/** Takes one response from undici, chunk by chunk, without a stream in between. */
class Receiver implements Dispatcher.DispatchHandler {
  readonly #object: S3Object;
  readonly #host: string;
  readonly #options: FetchOptions;
  readonly #paceLimits: PaceLimits;
  readonly #outcome: Outcome;
  readonly #stopListening: () => void;
  #controller: Dispatcher.DispatchController | null = null;
  #pace: Pace | null = null;
  #statusCode = 0;
  #headers: IncomingHttpHeaders = {};
  #checksum: ResponseChecksum | null = null;
  /** The whole body when its length is known, else null and `#chunks` holds it. */
  #buffer: Buffer | null = null;
  #chunks: Buffer[] = [];
  #receivedBytes = 0;
  #isReserving = false;
  #failure: { readonly reason: unknown } | null = null;
  #isSettled = false;

  constructor(object: S3Object, host: string, options: FetchOptions, pace: PaceLimits, outcome: Outcome) {
    this.#object = object;
    this.#host = host;
    this.#options = options;
    this.#paceLimits = pace;
    this.#outcome = outcome;
    this.#stopListening = onAbort(options.signal, (reason) => this.#fail(reason, { endConnection: true }));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Aborted while it waited for a connection: throwing takes it from the queue, `abort` would end the connection too.
    if (this.#failure !== null) throw new Error("The request is no longer needed.");
    // Time spent waiting for a connection does not count.
    this.#pace = startPace(this.#paceLimits, (detail) => this.#failTooSlow(detail));
  }

  onResponseStart(controller: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    if (statusCode < 200) return;
    this.#statusCode = statusCode;
    this.#headers = headers;
    if (statusCode !== 200) return;
    const sizeBytes = contentLengthOf(headers);
    const { maximumSizeBytes, reserve } = this.#options;
    if (sizeBytes !== null && sizeBytes > maximumSizeBytes) return this.#failTooLarge(sizeBytes);
    this.#pace?.expect(sizeBytes ?? maximumSizeBytes);
    this.#checksum = checksumOf(headers);
    const reserved = reserve?.(sizeBytes ?? maximumSizeBytes);
    if (reserved === undefined) return this.#allocate(sizeBytes);
    controller.pause();
    this.#pace?.pause();
    this.#isReserving = true;
    void this.#waitFor(reserved, sizeBytes, controller);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#pace?.received(chunk.length);
    const offset = this.#receivedBytes;
    this.#receivedBytes += chunk.length;
    if (this.#failure !== null) {
      if (this.#receivedBytes > worthDrainingBytes) this.#endConnection();
      return;
    }
    if (this.#isSettled) return;
    if (this.#buffer !== null) this.#buffer.set(chunk, offset);
    else this.#chunks.push(chunk);
    this.#checksum?.update(chunk);
    if (this.#statusCode !== 200) {
      if (this.#receivedBytes > maximumErrorBodyBytes) this.#cutErrorBody();
    } else if (this.#receivedBytes > this.#options.maximumSizeBytes) this.#failTooLarge(null);
  }

  onResponseEnd(): void {
    if (this.#failure !== null || this.#isSettled) return;
    if (this.#buffer !== null && this.#buffer.length !== this.#receivedBytes)
      return this.#failWith({ code: "BodyTruncated", statusCode: this.#statusCode, host: this.#host });
    const body = this.#buffer ?? Buffer.concat(this.#chunks);
    if (this.#checksum === null) return this.#succeed(body);
    this.#checksum.matches().then(
      (matches) => (matches ? this.#succeed(body) : this.#failChecksum()),
      (error: unknown) => this.#fail(error, { endConnection: false }),
    );
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (error instanceof AddressNotAllowedError) return this.#fail(error, { endConnection: false });
    const fault = networkFault(error, this.#host);
    // Once the headers are there, a connection that ends has cut the body short.
    const isTruncated = fault.code === "ConnectionReset" && this.#statusCode === 200;
    this.#failWith({ ...fault, code: isTruncated ? "BodyTruncated" : fault.code });
  }

  async #waitFor(
    reserved: Promise<void>,
    sizeBytes: number | null,
    controller: Dispatcher.DispatchController,
  ): Promise<void> {
    try {
      await reserved;
      if (this.#failure === null) this.#allocate(sizeBytes);
    } catch (error) {
      this.#fail(error, { endConnection: true });
    }
    this.#isReserving = false;
    if (this.#failure !== null) return this.#settleFailure(this.#failure.reason);
    this.#pace?.resume();
    controller.resume();
  }

  /** Its own buffer, not a slice of Node's shared pool: it may be transferred to a thread. */
  #allocate(sizeBytes: number | null): void {
    if (sizeBytes !== null) this.#buffer = Buffer.allocUnsafeSlow(sizeBytes);
  }

  #failChecksum(): void {
    this.#failWith({
      code: "ChecksumMismatch",
      statusCode: this.#statusCode,
      detail: this.#checksum?.algorithm ?? "",
    });
  }

  /** Longer error documents are truncated. */
  #cutErrorBody(): void {
    this.#succeed(Buffer.concat(this.#chunks).subarray(0, maximumErrorBodyBytes));
    this.#endConnection();
  }

  #failTooLarge(sizeBytes: number | null): void {
    const limit = this.#options.maximumSizeBytes;
    const size = sizeBytes === null ? "" : `${sizeBytes} bytes, `;
    const error = s3Error(this.#object, {
      code: "ObjectTooLarge",
      statusCode: this.#statusCode,
      detail: `${size}more than the ${limit} bytes that are allowed`,
    });
    this.#fail(error, { endConnection: sizeBytes === null || sizeBytes > worthDrainingBytes });
  }

  #failTooSlow(detail: string): void {
    this.#fail(s3Error(this.#object, { code: "TooSlow", host: this.#host, detail }), { endConnection: true });
  }

  #failWith(fault: Fault): void {
    this.#fail(s3Error(this.#object, fault), { endConnection: false });
  }

  #fail(reason: unknown, { endConnection }: { endConnection: boolean }): void {
    if (this.#failure !== null || this.#isSettled) return;
    this.#failure = { reason };
    this.#buffer = null;
    this.#chunks = [];
    if (endConnection) this.#endConnection();
    if (!this.#isReserving) this.#settleFailure(reason);
  }

  #endConnection(): void {
    this.#controller?.abort(new Error("The rest of the response is not needed."));
  }

  #succeed(body: Uint8Array): void {
    this.#isSettled = true;
    this.#pace?.end();
    this.#stopListening();
    this.#outcome.resolve({ statusCode: this.#statusCode, headers: this.#headers, body });
  }

  #settleFailure(reason: unknown): void {
    this.#isSettled = true;
    this.#pace?.end();
    this.#stopListening();
    this.#outcome.reject(reason);
  }
}

function contentLengthOf(headers: IncomingHttpHeaders): number | null {
  const text = headers["content-length"];
  return typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
