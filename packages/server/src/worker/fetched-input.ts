import type { DataItems } from "@millrace/runners";
import type { ByteShare } from "./byte-budget.js";

/** Data items of one input in memory, with the cost of fetching them. */
export interface FetchedInput {
  readonly items: DataItems;
  readonly sizeBytes: number;
  readonly startedAt: Date;
  readonly fetchMs: number;
  readonly share: ByteShare;
}
