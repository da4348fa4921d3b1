import type { InputFailureCode, InputResult, JobResults } from "./contract.js";
import { readJsonLines } from "./http/json-lines.js";
import { backoffMs, isWorthRetrying } from "./http/retry.js";
import { sleep } from "./http/sleep.js";
import type { Transport } from "./http/transport.js";

/** What became of one input, by its name; `status` is FAILED and `error` a sentence when it failed. */
export type ResultLine = InputResult & { readonly input: string; readonly code?: InputFailureCode | null };

// The server's largest page. Whatever breaks is asked for again from the start of its page.
const pageSize = 1_000;
const maximumFailures = 8;

/** @internal Streams the results of a job page by page, as JSON lines. */
export async function* streamResultLines(
  transport: Transport,
  path: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<ResultLine> {
  for (let page = 1, total = Number.POSITIVE_INFINITY; (page - 1) * pageSize < total; page += 1) {
    // While a job runs, a page that is asked for again may have more lines than before, anywhere.
    const seen = new Set<string>();
    for (let failures = 0; ;) {
      try {
        const onTotal = (count: number) => void (total = count);
        for await (const line of streamPage(transport, path, page, signal, onTotal)) {
          if (seen.has(line.input)) continue;
          failures = 0;
          seen.add(line.input);
          yield line;
        }
        break;
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        if (!isWorthRetrying(error) || failures > maximumFailures) throw error;
        await sleep(backoffMs(failures, error), signal);
      }
    }
  }
}

function streamPage(
  transport: Transport,
  path: string,
  page: number,
  signal: AbortSignal,
  onTotal: (count: number) => void,
): AsyncGenerator<ResultLine> {
  const headers = { accept: "application/x-ndjson, application/json;q=0.5" };
  const query = { page, "per-page": pageSize };
  return transport.stream({ method: "GET", path, query, headers, signal }, (answered, chunks) => {
    // Servers without JSON lines have no pages either: they answer everything at once.
    const hasLines = answered.get("content-type")?.startsWith("application/x-ndjson") ?? false;
    onTotal(hasLines ? Number(answered.get("x-total-count") ?? 0) : 0);
    return hasLines ? readJsonLines<ResultLine>(chunks) : readWhole(chunks);
  });
}

async function* readWhole(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ResultLine> {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  for await (const chunk of chunks) texts.push(decoder.decode(chunk, { stream: true }));
  const body = JSON.parse(texts.join("")) as Partial<JobResults>;
  for (const [input, entry] of [...Object.entries(body.results ?? {}), ...Object.entries(body.failures ?? {})])
    yield { ...entry, input } as ResultLine;
}
