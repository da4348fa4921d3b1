import type { DeployedVersion, Drift, Model, ModelSummary, ModelVersion } from "../contract.js";
import { MillraceError } from "../errors.js";
import { pages } from "../http/pages.js";
import type { CallOptions, Transport } from "../http/transport.js";
import { modelIdentifier, type ModelReference } from "./references.js";

/** Which models to list; texts match anywhere, in any case. */
export interface ModelFilter extends CallOptions {
  readonly name?: string;
  readonly author?: string;
  readonly description?: string;
  readonly isActive?: boolean;
  readonly isRecommended?: boolean;
  /** `name` by default; a model whose name matches exactly always comes first. */
  readonly sortBy?: string;
  readonly direction?: "ASC" | "DESC";
  /** Models per page, 100 by default. */
  readonly pageSize?: number;
}

/** What is compared with what. */
export interface DriftPeriods {
  readonly from?: Date;
  readonly until?: Date;
  readonly baselineFrom?: Date;
  readonly baselineUntil?: Date;
}

/** What models there are. */
export class Models {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * The models that match.
   *
   * @example
   * for await (const { modelId, name, latestVersion } of client.models.list({ name: "sentiment" })) console.log(modelId, name, latestVersion);
   */
  async *list(filter: ModelFilter = {}): AsyncGenerator<ModelSummary> {
    const { sortBy, pageSize = 100, signal, timeoutMs, ...equal } = filter;
    const query = { ...equal, "sort-by": sortBy };
    yield* pages<ModelSummary>(this.#transport, "/models", query, pageSize, { signal, timeoutMs });
  }

  /**
   * How the predictions and inputs of a version in a period differ from those of a baseline period.
   *
   * @param periods by default the last 7 days and the 28 days before them.
   * @throws NotFoundError
   *
   * @example
   * const { prediction, inputs } = await client.models.drift("ed542963de", "1.0.1");
   * console.log(prediction.pValue, prediction.bins, inputs[0]?.feature);
   */
  drift(model: ModelReference, version: string, periods: DriftPeriods & CallOptions = {}): Promise<Drift> {
    const { signal, timeoutMs, ...query } = periods;
    return this.#transport.json({
      method: "GET",
      path: `${modelPath(model)}/versions/${encodeURIComponent(version)}/drift`,
      query,
      signal,
      timeoutMs,
    });
  }

  /** Every model that has an active version. */
  latest(options: CallOptions = {}): Promise<Model[]> {
    return this.#get("/models/latest", options);
  }

  /**
   * A model.
   *
   * @throws NotFoundError
   *
   * @example
   * const { name, latestVersion } = await client.models.get("ed542963de");
   */
  get(model: ModelReference, options: CallOptions = {}): Promise<Model> {
    return this.#get(modelPath(model), options);
  }

  /**
   * The model with that name, or the one whose name is most like it.
   *
   * @throws MillraceError when no model's name has that in it.
   *
   * @example
   * const model = await client.models.getByName("Sentiment Analysis");
   */
  async getByName(name: string, options: CallOptions = {}): Promise<Model> {
    const first = await this.list({ name, pageSize: 1, ...options }).next();
    if (first.done)
      throw new MillraceError(
        `No model has ${JSON.stringify(name)} in its name; client.models.list() lists all models.`,
      );
    return this.get(first.value, options);
  }

  /** The versions of a model, the oldest first. */
  async versions(model: ModelReference, options: CallOptions = {}): Promise<string[]> {
    const versions = await this.#get<{ version: string }[]>(`${modelPath(model)}/versions`, options);
    return versions.map(({ version }) => version);
  }

  /**
   * All that is known of one version: its data items, outputs, limits and measured quality.
   *
   * @example
   * const { inputs, statistics } = await client.models.version("ed542963de", "0.0.27");
   */
  version(model: ModelReference, version: string, options: CallOptions = {}): Promise<ModelVersion> {
    return this.#get(versionPath(model, version), options);
  }

  /** A whole submission that the version takes. */
  sampleInput(model: ModelReference, version: string, options: CallOptions = {}): Promise<Record<string, unknown>> {
    return this.#get(`${versionPath(model, version)}/sample-input`, options);
  }

  /** The whole results body that its sample input gives. */
  sampleOutput(model: ModelReference, version: string, options: CallOptions = {}): Promise<Record<string, unknown>> {
    return this.#get(`${versionPath(model, version)}/sample-output`, options);
  }

  /**
   * Deploys a model version: the server unpacks the archive, reads its `model.yaml`, loads the model, runs its samples, compares what
   * they answer, and activates it. `warnings` of the answer say what looks like a mistake in its `model.yaml`. The command `millrace models deploy` packs a folder and calls this.
   *
   * @param archive a tar file, compressed by gzip or not, of a folder with `model.yaml` and `samples`, up to 256 MiB.
   * @param options `timeoutMs` is five minutes by default.
   * @throws BadRequestError naming the step that failed and why; ConflictError when there is that version already.
   *
   * @example
   * const { model, version } = await client.models.deploy(await readFile("my-model.tgz"));
   */
  deploy(archive: Uint8Array | Blob, options: CallOptions = {}): Promise<DeployedVersion> {
    const headers = { "content-type": "application/gzip" };
    const request = { method: "POST", path: "/models/archive", body: archive, headers } as const;
    return this.#transport.json({ ...request, timeoutMs: deployTimeoutMs, ...options });
  }

  /**
   * Changes whether a version accepts jobs: `active` and `deprecated` versions do, but a deprecated one is no longer the model's latest; an
   * `inactive` one does not.
   */
  setStatus(
    model: ModelReference,
    version: string,
    status: "active" | "deprecated" | "inactive",
    options: CallOptions = {},
  ): Promise<ModelVersion> {
    return this.#transport.json({ method: "PATCH", path: versionPath(model, version), body: { status }, ...options });
  }

  /**
   * Deletes an inactive version; results of its jobs stay.
   *
   * @throws ConflictError while it is active, has jobs that are not over, or lies in the server's models directory.
   */
  async remove(model: ModelReference, version: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.send({ method: "DELETE", path: versionPath(model, version), ...options });
  }

  #get<Body>(path: string, options: CallOptions): Promise<Body> {
    return this.#transport.json({ method: "GET", path, ...options });
  }
}

// Loading a model and running its samples may take long.
const deployTimeoutMs = 300_000;

function modelPath(model: ModelReference): string {
  return `/models/${encodeURIComponent(modelIdentifier(model))}`;
}

function versionPath(model: ModelReference, version: string): string {
  return `${modelPath(model)}/versions/${encodeURIComponent(version)}`;
}
