import { retryTransient } from "../../lifecycle/retry-transient.js";
import type { FetchOptions } from "../s3/download.js";
import type { FetchContext, LocatedDataItem } from "./input-source.js";

/** Fetches a data item from another server, retrying transient errors. */
export function fetchRemote(
  get: (options: FetchOptions) => Promise<Uint8Array>,
  { maximumSizeBytes }: LocatedDataItem,
  context: FetchContext,
): Promise<Uint8Array> {
  const { signal } = context;
  const reserve = reserveOnce(context);
  return retryTransient(() => get({ maximumSizeBytes, signal, reserve }), { signal });
}

/** A retry must not reserve memory again. */
function reserveOnce({ reserve }: FetchContext): FetchContext["reserve"] {
  let reservedBytes = 0;
  return (sizeBytes) => {
    const more = sizeBytes - reservedBytes;
    if (more <= 0) return undefined;
    const note = () => void (reservedBytes = sizeBytes);
    const wait = reserve(more);
    if (wait !== undefined) return wait.then(note);
    note();
    return undefined;
  };
}
