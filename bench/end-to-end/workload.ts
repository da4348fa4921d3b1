/** A job, and the objects that are its inputs. */
export interface Workload {
  readonly name: string;
  readonly inputCount: number;
  /** What the object server sends for the keys of this folder. */
  readonly folder: "bytes" | "texts";
  readonly model: string;
  readonly version: string;
  readonly dataItem: string;
}

/** What fetching, queueing and storing cost: the model only says how long its input is. */
export const noOp: Workload = {
  name: "10,000 inputs of 1 KiB, no-op model",
  inputCount: 10_000,
  folder: "bytes",
  model: "c0ffee0000",
  version: "1.0.0",
  dataItem: "input",
};

/** What a user would run: real sentences, a real model. */
export const sentiment: Workload = {
  name: "2,000 texts, sentiment model",
  inputCount: 2_000,
  folder: "texts",
  model: "ed542963de",
  version: "0.0.27",
  dataItem: "input.txt",
};

/** Where the objects are; the object server takes any credentials, but both sides sign. */
export const bucket = { name: "bench", region: "us-east-1", accessKeyId: "AKIDBENCH", secretAccessKey: "bench-secret" };

export function keyOf({ folder }: Workload, index: number): string {
  return `${folder}/${index}.txt`;
}
