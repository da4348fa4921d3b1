import type { JobResults } from "../contract.js";
import type { Results } from "../resources/results.js";

// Each is a request; more at once only queue up at the server.
const requestsAtOnce = 4;

/**
 * Puts JSON outputs where their addresses stand: the results body has no output beyond 256 KiB, only where to get it.
 *
 * @param inputs which inputs are wanted, all by default.
 * @returns the same body; an output that cannot be fetched remains an address.
 *
 * @example
 * const results = await completeResults(client.results, await client.results.get(job));
 */
export async function completeResults(
  client: Pick<Results, "output">,
  body: JobResults,
  inputs: readonly string[] = Object.keys(body.results),
): Promise<JobResults> {
  const results = new Map(Object.entries(body.results));
  const addressed = inputs.flatMap((input) =>
    Object.entries(results.get(input) ?? {})
      .filter(([output, value]) => output.endsWith(".json") && isAddressOf(value, output))
      .map(([output]) => ({ input, output })),
  );
  const waiting = addressed.values();
  const fetchNext = async () => {
    for (const { input, output } of waiting) {
      const found = await fetchJson(client, body.jobIdentifier, input, output);
      const entry = results.get(input);
      if (found !== undefined && entry !== undefined) results.set(input, { ...entry, [output]: found });
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, fetchNext));
  return { ...body, results: Object.fromEntries(results) };
}

/** Only the name is used: the client fetches its own address of the output, never one from a result. */
function isAddressOf(value: unknown, output: string): boolean {
  return typeof value === "string" && value.endsWith(`/${encodeURIComponent(output)}`);
}

async function fetchJson(
  client: Pick<Results, "output">,
  job: string,
  input: string,
  output: string,
): Promise<unknown> {
  try {
    const { bytes } = await client.output(job, input, output);
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
