import type { CallOptions, Transport } from "./transport.js";

export type Query = Readonly<Record<string, string | number | undefined>>;

/** Goes through a paged list; the next page is asked for when the one before is used up. */
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
