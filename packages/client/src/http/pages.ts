import type { CallOptions, Query, Transport } from "./transport.js";

/** Iterates over a paged list; requests the next page when the current one is used up. */
export async function* pages<Item>(
  transport: Transport,
  path: string,
  query: Query,
  pageSize: number,
  options: CallOptions,
): AsyncGenerator<Item> {
  for (let page = 1; ; page += 1) {
    const items = await transport.json<Item[]>({
      method: "GET",
      path,
      query: { ...query, page, "per-page": pageSize },
      ...options,
    });
    yield* items;
    if (items.length < pageSize) return;
  }
}
