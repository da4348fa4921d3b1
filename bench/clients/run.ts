// Many clients at once: whether all are answered, how soon, and what the server's process needs for it.
//   npm run bench -- --only clients [--clients 500] [--seconds 120] [--think 1000] [--settle 60] [--profile FILE]
import { availableParallelism, cpus, loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import Table from "cli-table3";
import { kinds, runClient } from "./client.js";
import { createKeys } from "./keys.js";
import { builtCommand, startObservedServer, type Observation } from "./observed-server.js";
import { createTally, type Summary } from "./tally.js";

export interface ClientsOptions {
  readonly clients?: number;
  readonly accounts?: number;
  readonly keysPerAccount?: number;
  readonly seconds?: number;
  /** Mean pause of a client between two requests; 0 saturates the server. */
  readonly thinkMs?: number;
  /** How long the server rests before its memory is measured again. */
  readonly settleSeconds?: number;
  /** The command line whose server is measured. */
  readonly command?: string;
  /** Where to write a CPU profile of the server under load, for Chrome's developer tools. */
  readonly profileFile?: string | undefined;
  readonly onProgress?: (seconds: number, requests: number, errors: number) => void;
}

export interface ClientsResult {
  readonly seconds: number;
  readonly requests: number;
  /** `kind: code` -> how many. */
  readonly errors: ReadonlyMap<string, number>;
  readonly reads: Summary;
  readonly submissions: Summary;
  readonly byKind: readonly { readonly kind: string; readonly summary: Summary }[];
  readonly jobsPerMinute: number;
  readonly before: Observation;
  readonly during: readonly Observation[];
  readonly after: Observation;
}

const reading: readonly string[] = [kinds.poll, kinds.results, kinds.history];
// One of so many clients follows events.
const followerShare = 5;

export async function benchClients({
  clients = 500,
  accounts = 5,
  keysPerAccount = 10,
  seconds = 120,
  thinkMs = 1_000,
  settleSeconds = 60,
  command = builtCommand,
  profileFile,
  onProgress = () => {},
}: ClientsOptions = {}): Promise<ClientsResult> {
  const server = await startObservedServer(command);
  try {
    const keys = await createKeys(server.url, server.ownerKey, { accounts, keysPerAccount });
    const run = async (count: number, tally: ReturnType<typeof createTally>, isOver: () => boolean) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          runClient({
            url: server.url,
            apiKey: keys[index % keys.length]!,
            thinkMs,
            followsEvents: index % followerShare === followerShare - 1,
            tally,
            isOver,
          }),
        ),
      );
    // A round of a few: the model is loaded, code is compiled.
    const warmUp = createTally();
    await run(Math.min(clients, followerShare), warmUp, () => warmUp.summary((kind) => kind === kinds.job).count > 0);

    const before = await server.collect();
    const writeProfile = profileFile === undefined ? undefined : await server.profile();
    const tally = createTally();
    const errorCount = () => [...tally.errors.values()].reduce((sum, count) => sum + count, 0);
    const requestCount = () => tally.summary((kind) => kind !== kinds.job).count + errorCount();
    const startedAt = performance.now();
    const secondsSince = () => (performance.now() - startedAt) / 1_000;
    let isRunning = true;
    const running = run(clients, tally, () => secondsSince() >= seconds).finally(() => (isRunning = false));
    const during: Observation[] = [];
    while (isRunning) {
      during.push(await server.look());
      onProgress(Math.min(seconds, secondsSince()), requestCount(), errorCount());
      await Promise.race([delay(1_000), running]);
    }
    await running;
    const took = secondsSince();
    during.push(await server.look());
    if (profileFile !== undefined) await writeProfile?.(profileFile);
    await delay(settleSeconds * 1_000);
    const after = await server.collect();
    const summaryOf = (...names: readonly string[]) => tally.summary((kind) => names.includes(kind));
    return {
      seconds: took,
      requests: requestCount(),
      errors: tally.errors,
      reads: summaryOf(...reading),
      submissions: summaryOf(kinds.submit),
      byKind: tally.kinds.map((kind) => ({ kind, summary: summaryOf(kind) })),
      jobsPerMinute: (summaryOf(kinds.job).count / took) * 60,
      before,
      during,
      after,
    };
  } finally {
    await server.close();
  }
}

/** The tables that people read. */
export function formatClients(result: ClientsResult): string {
  const style = { head: [], border: [], compact: true };
  const times = new Table({
    head: ["request", "count", "p50, ms", "p95, ms", "p99, ms", "maximum, ms"],
    colAligns: ["left", "right", "right", "right", "right", "right"],
    style,
  });
  const { reads, submissions, byKind, before, during, after } = result;
  for (const { kind, summary } of [
    { kind: "all reads", summary: reads },
    { kind: "all submissions", summary: submissions },
    ...byKind,
  ])
    times.push([
      kind,
      summary.count,
      ...[summary.p50, summary.p95, summary.p99, summary.maximum].map((ms) => ms.toFixed(0)),
    ]);
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  const most = (of: (one: Observation) => number) => Math.max(...during.map(of));
  const process = new Table({
    head: ["server process", "before", "at most", "after"],
    colAligns: ["left", "right", "right", "right"],
    style,
  });
  process.push(
    ["memory (RSS), MiB", mib(before.memoryBytes), mib(most((one) => one.memoryBytes)), mib(after.memoryBytes)],
    ["heap in use, MiB", mib(before.heapBytes), mib(most((one) => one.heapBytes)), mib(after.heapBytes)],
    ["open sockets", before.sockets, most((one) => one.sockets), after.sockets],
  );
  const last = during.at(-1) ?? after;
  const cores = (last.cpuSeconds - before.cpuSeconds) / result.seconds;
  const errors = [...result.errors].map(([error, count]) => `  ${count} × ${error}`);
  return [
    times.toString(),
    process.toString(),
    `event loop of the server: delayed by ${last.delayP99Ms.toFixed(0)} ms (p99), ${last.delayMaximumMs.toFixed(0)} ms at most; ${cores.toFixed(2)} cores`,
    `${result.requests} requests in ${result.seconds.toFixed(0)} s (${(result.requests / result.seconds).toFixed(0)}/s), ${result.jobsPerMinute.toFixed(0)} jobs a minute`,
    errors.length === 0 ? "no errors" : `errors:\n${errors.join("\n")}`,
  ].join("\n");
}

/** Runs it as its parameters say, with a progress bar. */
export async function runClientsBenchmark(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      clients: { type: "string", default: "500" },
      seconds: { type: "string", default: "120" },
      think: { type: "string", default: "1000" },
      settle: { type: "string", default: "60" },
      command: { type: "string", default: builtCommand },
      profile: { type: "string" },
    },
  });
  const [clients, seconds, thinkMs, settleSeconds] = [values.clients, values.seconds, values.think, values.settle].map(
    Number,
  ) as [number, number, number, number];
  console.log(
    `${clients} clients, ${thinkMs === 0 ? "without pauses" : `a request of each every ${thinkMs} ms`}, ${seconds} s; ` +
      `${availableParallelism()} cores (${cpus()[0]?.model}), Node ${process.version}, load average before ${loadavg()[0]?.toFixed(1)}`,
  );
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: "{bar} {value} of {total} s  {requests} requests  {errors} errors",
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 30_000,
    },
    Presets.shades_classic,
  );
  bar.start(seconds, 0, { requests: 0, errors: 0 });
  const result = await benchClients({
    clients,
    seconds,
    thinkMs,
    settleSeconds,
    command: values.command,
    profileFile: values.profile,
    onProgress: (at, requests, errors) => bar.update(Math.round(at), { requests, errors }),
  }).finally(() => bar.stop());
  console.log(formatClients(result));
}
