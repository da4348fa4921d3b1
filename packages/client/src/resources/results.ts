import type { JobResults } from "../contract.js";
import type { CallOptions, Transport } from "../http/transport.js";
import { streamResultLines, type ResultLine } from "../result-lines.js";
import { jobIdentifier, type JobReference } from "./references.js";

/** The bytes of one output. */
export interface OutputBytes {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Results of jobs. */
export class Results {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Results and failures by input, also while the job runs: what is finished by now.
   *
   * @example
   * const { results, failures } = await client.results.get(job);
   * console.log(results["my-input"]?.["results.json"], failures["other-input"]?.error);
   */
  async get(job: JobReference, options: CallOptions = {}): Promise<JobResults> {
    const path = `/results/${encodeURIComponent(jobIdentifier(job))}`;
    const body = await this.#transport.json<Partial<JobResults>>({ method: "GET", path, ...options });
    return { ...body, results: body.results ?? {}, failures: body.failures ?? {} } as JobResults;
  }

  /**
   * Results and failures one by one, in the order of submission, in constant memory however many there are. Also while the job
   * runs: what is finished by then. A broken connection is reopened and continues where it was.
   *
   * @example
   * for await (const { input, error, "results.json": output } of client.results.stream(job)) console.log(input, error ?? output);
   */
  stream(job: JobReference, { signal }: Pick<CallOptions, "signal"> = {}): AsyncGenerator<ResultLine> {
    return streamResultLines(this.#transport, `/results/${encodeURIComponent(jobIdentifier(job))}`, signal);
  }

  /**
   * One output as bytes, for those that are not JSON.
   *
   * @throws NotFoundError naming the outputs there are.
   *
   * @example
   * const { bytes, mediaType } = await client.results.output(job, "my-input", "mask.png");
   */
  async output(job: JobReference, input: string, output: string, options: CallOptions = {}): Promise<OutputBytes> {
    const path = outputPath(job, input, output);
    const { bytes, headers } = await this.#transport.send({ method: "GET", path, ...options });
    return { bytes, mediaType: headers.get("content-type") ?? "application/octet-stream" };
  }

  /**
   * The bytes of one output as they arrive, for those that may not fit in memory. Not repeated when the connection breaks.
   *
   * @throws ConnectionError when the connection breaks before the end; NotFoundError naming the outputs there are.
   *
   * @example
   * for await (const chunk of client.results.outputChunks(job, "my-input", "mask.png")) file.write(chunk);
   */
  async *outputChunks(
    job: JobReference,
    input: string,
    output: string,
    { signal }: Pick<CallOptions, "signal"> = {},
  ): AsyncGenerator<Uint8Array> {
    const path = outputPath(job, input, output);
    yield* this.#transport.stream({ method: "GET", path, signal }, (_headers, chunks) => chunks);
  }
}

function outputPath(job: JobReference, input: string, output: string): string {
  const segments = ["results", jobIdentifier(job), "datasource", input, "output", output].map(encodeURIComponent);
  return `/${segments.join("/")}`;
}
