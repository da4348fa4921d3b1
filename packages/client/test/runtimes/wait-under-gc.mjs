// Calls the SDK while the garbage collector runs and the server is silent, and prints how the call ends:
//   wait-under-gc.mjs <the SDK's bundle> <base URL> <one of `calls`>
const [, , bundle, baseUrl, name] = process.argv;
const { MillraceClient } = await import(bundle);
const client = new MillraceClient({ baseUrl, apiKey: "prefix.the-secret", maximumRetries: 0 });
const collectGarbage = globalThis.Bun ? () => globalThis.Bun.gc(true) : globalThis.gc;
if (collectGarbage === undefined)
  throw new Error("This runtime shows no garbage collector: start it with --expose-gc.");

const limitMs = 1_000;
// After that many collections past its limit, a call has lost it.
const collectionsPastLimit = 100;

const abortLater = () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), limitMs);
  return controller.signal;
};
const calls = {
  "wait, time limit": () => client.jobs.waitUntilComplete("x", { timeoutMs: limitMs }),
  "wait, signal": () => client.jobs.waitUntilComplete("x", { signal: abortLater() }),
  "events, signal": async () => {
    for await (const event of client.jobs.events("x", { signal: abortLater() })) void event;
  },
  "results, time limit": () => client.results.get("x", { timeoutMs: limitMs }),
  "output, signal": () => client.results.output("x", "a", "b", { signal: abortLater() }),
  "error, time limit": () => client.models.get("x", { timeoutMs: limitMs }),
};

const ended = calls[name]().then(
  () => "ended",
  (error) => `${error.name}: ${error.message}`,
);
const startedAt = performance.now();
let past = 0;
const timer = setInterval(() => {
  collectGarbage();
  if (performance.now() - startedAt > limitMs) past += 1;
  if (past <= collectionsPastLimit) return;
  console.log("lost its limit");
  process.exit(0);
}, 50);
console.log(await ended);
clearInterval(timer);
process.exit(0);
