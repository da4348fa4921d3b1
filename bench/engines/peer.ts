import type { Workload } from "../end-to-end/workload.js";
import { checkResults } from "./check-results.js";

/** What a side is given when it starts. */
export interface PeerTask {
  /** Its own, empty; may be entered by PostgreSQL's user. */
  readonly directory: string;
  /** Of the bucket. */
  readonly endpoint: string;
}

/** A side of the comparison, warm and waiting, in a process of its own with its store as a child. */
export interface Peer {
  /** Of what it keeps its tasks and results in; empty when nowhere. */
  readonly storeVersion: string;
  /** Everything from adding the inputs to the results of all of them in memory, read back from where they are kept. */
  run(workload: Workload): Promise<ReadonlyMap<string, unknown>>;
  close(): Promise<void>;
}

/** Connections to the bucket, as many as Millrace opens. */
export const bucketConnections = 128;

/** Serves a side in this process: each workload is answered by the seconds it took, after its results were checked. */
export function servePeer(open: (task: PeerTask) => Promise<Peer>): void {
  serveQuestions<Workload>(async (task) => {
    const peer = await open(task);
    return {
      ...peer,
      async answer(workload) {
        const startedAt = performance.now();
        const results = await peer.run(workload);
        const seconds = (performance.now() - startedAt) / 1_000;
        checkResults(results, workload);
        return seconds;
      },
    };
  });
}

/** The first message opens it and is answered by the version of its store; what follows are questions. */
export function serveQuestions<Question>(
  open: (task: PeerTask) => Promise<{
    readonly storeVersion: string;
    answer(question: Question): Promise<unknown>;
    close(): Promise<void>;
  }>,
): void {
  const fail = (error: unknown) => {
    console.error(error);
    process.exit(1);
  };
  const serve = async (task: PeerTask) => {
    const opened = await open(task);
    process.on("message", (question: Question) => {
      opened.answer(question).then((answer) => process.send?.(answer), fail);
    });
    // Also when the benchmark has died.
    process.once("disconnect", () => void opened.close().then(() => process.exit(), fail));
    process.send?.(opened.storeVersion);
  };
  process.once("message", (task: PeerTask) => void serve(task).catch(fail));
}
