import { inputSources } from "@millrace/contract";
import { fetchInline } from "../inline.js";
import type { InputSource } from "../input-source.js";
import { decodeCell, listRows, type DatabaseAccess, type TableCell } from "./table-rows.js";

export interface JdbcAccess {
  readonly type: "jdbc";
  readonly database: DatabaseAccess;
}

/** The rows of a query on a PostgreSQL database. */
export const jdbcSource: InputSource<"jdbc", JdbcAccess> = {
  ...inputSources.jdbc,
  toAccess: ({ url, username, password, query }) => ({ type: "jdbc", database: { url, username, password, query } }),
  list: { failedName: "query", inputs: ({ database }, { signal }) => listRows(database, signal) },
  fetch: (dataItem, _access, context) => fetchInline(dataItem, decodeCell(dataItem.location as TableCell), context),
};
