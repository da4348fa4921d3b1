/** A job, and the objects that are its inputs. */
export interface Workload {
  readonly name: string;
  readonly inputCount: number;
  /** How long the object server waits before it answers, as a server on a network does. */
  readonly latencyMs: number;
  /** What the object server sends for the keys of this folder. */
  readonly folder: "bytes" | "texts";
  readonly model: string;
  readonly version: string;
  readonly dataItem: string;
}

/** What fetching, queueing and storing cost: the model only says how long its input is. */
export const noOp: Workload = {
  name: "10,000 inputs of 1 KiB, no-op model",
  latencyMs: 0,
  inputCount: 10_000,
  folder: "bytes",
  model: "c0ffee0000",
  version: "1.0.0",
  dataItem: "input",
};

/** What a user would run: real sentences, a real model. */
export const sentiment: Workload = {
  name: "2,000 texts, sentiment model",
  latencyMs: 0,
  inputCount: 2_000,
  folder: "texts",
  model: "ed542963de",
  version: "0.0.27",
  dataItem: "input.txt",
};

/** The same job, but every object is so far away as a small one in S3 is at the least. */
export function farAway(workload: Workload): Workload {
  return { ...workload, name: `${workload.name}, 10 ms away`, latencyMs: 10 };
}

/** The object server takes any credentials, but both sides sign. */
export const access = { region: "us-east-1", accessKeyId: "AKIDBENCH", secretAccessKey: "bench-secret" };

/** The name of a bucket says how long its objects take. */
export function bucketOf({ latencyMs }: Workload): string {
  return `bench-${latencyMs}`;
}

export function keyOf({ folder }: Workload, index: number): string {
  return `${folder}/${index}.txt`;
}
