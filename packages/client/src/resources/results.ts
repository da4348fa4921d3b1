import type { JobResults } from "../contract.js";
import type { CallOptions, Transport } from "../http/transport.js";
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
   * One output as bytes, for those that are not JSON.
   *
   * @throws NotFoundError naming the outputs there are.
   *
   * @example
   * const { bytes, mediaType } = await client.results.output(job, "my-input", "mask.png");
   */
  async output(job: JobReference, input: string, output: string, options: CallOptions = {}): Promise<OutputBytes> {
    const segments = ["results", jobIdentifier(job), "datasource", input, "output", output].map(encodeURIComponent);
    const { bytes, headers } = await this.#transport.send({
      method: "GET",
      path: `/${segments.join("/")}`,
      ...options,
    });
    return { bytes, mediaType: headers.get("content-type") ?? "application/octet-stream" };
  }
}
