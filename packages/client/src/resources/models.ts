import type { Model, ModelSummary, ModelVersion } from "@millrace/contract";
import { MillraceError } from "../errors.js";
import { pages } from "../http/pages.js";
import type { CallOptions, Transport } from "../http/transport.js";
import { modelIdentifier, type ModelReference } from "./jobs.js";

/** Which models to list; texts match anywhere, in any case. */
export interface ModelFilter extends CallOptions {
  readonly name?: string;
  readonly author?: string;
  readonly description?: string;
  readonly isActive?: boolean;
  readonly isRecommended?: boolean;
  /** `name` by default; a model with exactly the name asked for comes first anyway. */
  readonly sortBy?: string;
  readonly direction?: "ASC" | "DESC";
  /** Models asked for at a time, 100 by default. */
  readonly pageSize?: number;
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
    const { isActive, isRecommended, sortBy, direction, pageSize = 100, signal, timeoutMs, ...texts } = filter;
    const query = {
      ...texts,
      isActive: isActive === undefined ? undefined : String(isActive),
      isRecommended: isRecommended === undefined ? undefined : String(isRecommended),
      "sort-by": sortBy,
      direction,
    };
    yield* pages<ModelSummary>(this.#transport, "/models", query, pageSize, { signal, timeoutMs });
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
        `There is no model whose name has ${JSON.stringify(name)} in it; client.models.list() shows those there are.`,
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

  #get<Body>(path: string, options: CallOptions): Promise<Body> {
    return this.#transport.json({ method: "GET", path, ...options });
  }
}

function modelPath(model: ModelReference): string {
  return `/models/${encodeURIComponent(modelIdentifier(model))}`;
}

function versionPath(model: ModelReference, version: string): string {
  return `${modelPath(model)}/versions/${encodeURIComponent(version)}`;
}
