import type { ClassPrediction } from "@millrace/contract";
import type { Output } from "@millrace/runners";

/** A classifier's answer: the parsed body of one of its outputs, with the classes in it. */
export interface Predictions {
  readonly outputName: string;
  readonly body: { data: { explanation?: unknown; [field: string]: unknown }; [field: string]: unknown };
  /** The most probable class first. */
  readonly predictions: readonly ClassPrediction[];
}

/** Finds the class scores among a model's outputs; undefined when it answers none. */
export function readPredictions(outputs: Readonly<Record<string, Output>>): Predictions | undefined {
  for (const [outputName, { bytes }] of Object.entries(outputs)) {
    const body = parseJson(bytes) as
      { data?: { result?: { classPredictions?: unknown } | null } | null } | null | undefined;
    const found = body?.data?.result?.classPredictions;
    if (!Array.isArray(found) || found.length === 0 || !found.every(isPrediction)) continue;
    const predictions = [...found].sort((a, b) => b.score - a.score);
    return { outputName, body: body as Predictions["body"], predictions };
  }
  return undefined;
}

function isPrediction(value: unknown): value is ClassPrediction {
  const { class: name, score } = (value ?? {}) as Partial<ClassPrediction>;
  return typeof name === "string" && typeof score === "number" && Number.isFinite(score);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch {
    return undefined;
  }
}
