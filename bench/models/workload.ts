import { fileURLToPath } from "node:url";

/** A model in ONNX, and what it runs on. */
export interface Workload {
  readonly kind: "photographs" | "texts";
  readonly model: string;
  readonly version: string;
  readonly dataItem: string;
  /** Of the model. */
  readonly directory: string;
  readonly inputCount: number;
}

const directoryOf = (path: string) => fileURLToPath(new URL(`../../models/${path}`, import.meta.url));

export const photographs: Omit<Workload, "inputCount"> = {
  kind: "photographs",
  model: "a1c7e0b254",
  version: "1.0.0",
  dataItem: "image",
  directory: directoryOf("image-classification/1.0.0"),
};

export const texts: Omit<Workload, "inputCount"> = {
  kind: "texts",
  model: "ed542963de",
  version: "1.0.1",
  dataItem: "input.txt",
  directory: directoryOf("sentiment-analysis/1.0.1"),
};

/** The name of the bucket says that its objects are 0 ms away. */
export const bucket = "bench-0";

export function keyOf({ kind }: Workload, index: number): string {
  return `${kind}/${index}`;
}
