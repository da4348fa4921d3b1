import { MillraceError } from "../errors/millrace-error.js";

/** One page of a list. */
export interface Page {
  /** From 1. */
  readonly number: number;
  readonly size: number;
}

export interface PageQuery {
  readonly page?: string | undefined;
  readonly "per-page"?: string | undefined;
}

const defaultPageSize = 10;
const maximumPageSize = 1_000;

/** Reads `page` (from 1; clients also send 0 for the first) and `per-page` (1 to 1000, 10 by default). */
export function parsePage(query: PageQuery): Page {
  const number = parseWholeNumber(query.page, "page", 1);
  const size = parseWholeNumber(query["per-page"], "per-page", defaultPageSize);
  if (size < 1)
    throw new MillraceError(
      "invalid_request",
      `per-page is not valid: found ${size}, expected 1 to ${maximumPageSize}.`,
    );
  return { number: Math.max(1, number), size: Math.min(size, maximumPageSize) };
}

function parseWholeNumber(text: string | undefined, field: string, fallback: number): number {
  if (text === undefined || text === "") return fallback;
  if (!/^-?\d{1,9}$/.test(text)) {
    throw new MillraceError(
      "invalid_request",
      `${field} is not valid: found ${JSON.stringify(text)}, expected a whole number.`,
    );
  }
  return Number(text);
}

/**
 * The ORDER BY clause for `sort-by` and `direction`, from a fixed table of columns.
 *
 * @throws MillraceError naming the fields that can be sorted by.
 */
export function orderBy<Columns extends Record<string, string>>(
  sortBy: string | undefined,
  direction: string | undefined,
  columns: Columns,
  fallback: { by: keyof Columns & string; direction: "ASC" | "DESC" },
): string {
  const way = parseDirection(direction) ?? (sortBy ? "ASC" : fallback.direction);
  const fields = (sortBy || fallback.by).split(",").map((field) => field.trim());
  return fields
    .map((field) => {
      const column = Object.hasOwn(columns, field) ? columns[field] : undefined;
      if (column === undefined) {
        throw new MillraceError(
          "invalid_request",
          `sort-by is not valid: found ${JSON.stringify(field)}, expected one of ${Object.keys(columns).join(", ")}.`,
        );
      }
      return `${column} ${way} NULLS LAST`;
    })
    .join(", ");
}

function parseDirection(direction: string | undefined): "ASC" | "DESC" | undefined {
  if (!direction) return undefined;
  const upper = direction.toUpperCase();
  if (upper === "ASC" || upper === "DESC") return upper;
  throw new MillraceError(
    "invalid_request",
    `direction is not valid: found ${JSON.stringify(direction)}, expected ASC or DESC.`,
  );
}
