import type { ModelManifest } from "../manifest/manifest.js";
import type { RunOutcome } from "../runner.js";

/** What a container of the gRPC contract answers for one input. */
export interface OutputItem {
  readonly output: Readonly<Record<string, Uint8Array>>;
  readonly success: boolean;
}

/**
 * The outcome of an input. A key `error` is a failure whatever the flag says: the template server sets `success` also when
 * the model itself returned one.
 */
export function toOutcome(manifest: ModelManifest, { output, success }: OutputItem): RunOutcome {
  const { error, ...files } = output;
  if (error !== undefined) return { succeeded: false, error: readError(error) };
  if (!success) return { succeeded: false, error: "The model failed without an error message." };
  const outputs = Object.entries(files).map(([name, bytes]) => {
    const declared = manifest.outputs.find((one) => one.name === name)?.mediaType;
    return [name, { mediaType: declared ?? guessMediaType(name), bytes }] as const;
  });
  return { succeeded: true, outputs: Object.fromEntries(outputs) };
}

/** Plain text, or JSON with an `error_message`. */
function readError(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("utf8").trim();
  if (text === "") return "The model failed without an error message.";
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "error_message" in value) {
      const message: unknown = value.error_message;
      return typeof message === "string" ? message : JSON.stringify(message);
    }
  } catch {
    return text;
  }
  return text;
}

function guessMediaType(name: string): string {
  return name.endsWith(".json") ? "application/json" : "application/octet-stream";
}
