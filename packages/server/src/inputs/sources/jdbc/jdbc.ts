import { inputSources } from "@millrace/contract";
import { fetchInline } from "../inline.js";
import type { InputSource } from "../input-source.js";
import { MillraceError } from "../../../errors/millrace-error.js";
import { ListingError } from "../../listed-input.js";
import { destinationOfJdbc, parseJdbcUrl } from "./jdbc-url.js";
import { decodeCell, listRows, type DatabaseAccess, type TableCell } from "./table-rows.js";

export interface JdbcAccess {
  readonly type: "jdbc";
  readonly database: DatabaseAccess;
}

/** The rows of a query on a PostgreSQL database. */
export const jdbcSource: InputSource<"jdbc", JdbcAccess> = {
  ...inputSources.jdbc,
  check: ({ url }) => checkUrl(url),
  destination: ({ url }) => destinationOfJdbc(url),
  toAccess: ({ url, username, password, query }) => ({ type: "jdbc", database: { url, username, password, query } }),
  list: { failedName: "query", inputs: ({ database }, { outbound, signal }) => listRows(database, outbound, signal) },
  fetch: (dataItem, _access, context) => fetchInline(dataItem, decodeCell(dataItem.location as TableCell), context),
};

/** @throws MillraceError `invalid_request` for a URL that no worker could use. */
function checkUrl(url: string): void {
  try {
    parseJdbcUrl(url);
  } catch (error) {
    throw error instanceof ListingError ? new MillraceError("invalid_request", error.message) : error;
  }
}
