import type { InputFailureCode } from "@millrace/contract";
import type { ModelManifest } from "./manifest/manifest.js";
import type { Outbound } from "./remote/outbound.js";
import type { ServerKey } from "./remote/server-keys.js";

/**
 * The files of one input, by the names that the model gives them ("input.txt"). What a module receives is a Uint8Array, not a Buffer, and
 * begins and ends with its buffer.
 */
export type DataItems = Readonly<Record<string, Uint8Array>>;

/** One file that a model returned for an input. */
export interface Output {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What a picture is like; taken where it is decoded for the model, so that nobody else has to decode it. */
export interface PictureMeasures {
  /** The data item. */
  readonly item: string;
  /** Of the whole picture in pixels, turned as its orientation says. */
  readonly width: number;
  readonly height: number;
  /** The mean grey value of what the model sees of it, as a fraction of white. */
  readonly brightness: number;
  /** The standard deviation of the grey values, as a fraction of white. */
  readonly contrast: number;
}

/** The outcome of one input: its outputs by name, or an error message. */
export type RunOutcome =
  | {
      readonly succeeded: true;
      readonly outputs: Readonly<Record<string, Output>>;
      /** Sentences about what looks like a mistake in model.yaml; shown when the model's samples are tested. */
      readonly notices?: readonly string[];
      /** Of data items that the runner decoded; what decodes them outside the engine, such as a module, has none. */
      readonly pictures?: readonly PictureMeasures[];
    }
  | {
      readonly succeeded: false;
      readonly error: string;
      /** Why it failed; `model.refused` when not given. */
      readonly code?: InputFailureCode;
    };

export interface RunContext {
  /** True if the caller requested explanations; a model that cannot explain ignores it. */
  readonly explain: boolean;
  /** True when the score of every class is wanted, not only of the most probable; false by default. */
  readonly everyClass?: boolean;
  /** Aborted when the job is cancelled, times out, or the worker stops. */
  readonly signal: AbortSignal;
}

/** One loaded instance of a model version. */
export interface Engine {
  /** A name for logs and results, unique in this process ("sentiment-analysis-1.0.1-3"). */
  readonly name: string;
  /**
   * Runs the model over a batch of 1 to `manifest.maximumBatchSize` inputs and resolves to one outcome for each, in the same order.
   * An input that the model refuses is an outcome; only a fault of the engine itself rejects. The bytes stay the caller's.
   *
   * @throws EngineCrashedError if the engine is no longer usable; the caller discards it.
   */
  run(batch: readonly DataItems[], context: RunContext): Promise<RunOutcome[]>;
  /**
   * Looks whether an engine without work could still run some; not there when nothing can happen to it unseen.
   *
   * @throws EngineCrashedError when it could not; the caller discards it.
   */
  checkHealth?(signal: AbortSignal): Promise<void>;
  /** Aborted, with an Error that says why, once the engine is gone; not there when that shows in the next run only. */
  readonly ended?: AbortSignal;
  /** Stops the engine; a batch in flight rejects. Safe to call twice. */
  close(): Promise<void>;
}

/** Code that can run one kind of model. Knows no transport, queue or database. */
export interface Runner {
  /** The `runner.kind` of the manifests it takes. */
  readonly kind: string;
  /** Fetches what loading needs, in as long as it takes; not there when there is nothing to fetch. */
  prepare?(manifest: ModelManifest, signal: AbortSignal): Promise<void>;
  /**
   * Loads a model version.
   *
   * @param outbound which addresses it may be at; any when left out.
   * @param serverKeys the operator's keys of model servers; none when left out.
   * @throws Error with a sentence that names the model and what is wrong with it.
   */
  load(
    manifest: ModelManifest,
    signal: AbortSignal,
    outbound?: Outbound,
    serverKeys?: readonly ServerKey[],
  ): Promise<Engine>;
}

/** The engine is gone: its process died or ran out of memory, its server cannot be reached. */
export class EngineCrashedError extends Error {
  override readonly name: string = "EngineCrashedError";
}

/** The engine was ended, as it did not answer within its time limit. */
export class EngineTimeoutError extends EngineCrashedError {
  override readonly name = "EngineTimeoutError";
}
