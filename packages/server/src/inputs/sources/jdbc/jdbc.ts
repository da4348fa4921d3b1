import { inputSources } from "@millrace/contract";
import { fetchInline } from "../inline.js";
import type { InputSource } from "../input-source.js";
import { decodeCell, destinationOfJdbc, listRows, type DatabaseAccess, type TableCell } from "./table-rows.js";

export interface JdbcAccess {
  readonly type: "jdbc";
  readonly database: DatabaseAccess;
}

/** The rows of a query on a PostgreSQL database. */
export const jdbcSource: InputSource<"jdbc", JdbcAccess> = {
  ...inputSources.jdbc,
  destination: ({ url }) => destinationOfJdbc(url),
  toAccess: ({ url, username, password, query }) => ({ type: "jdbc", database: { url, username, password, query } }),
  list: { failedName: "query", inputs: ({ database }, { outbound, signal }) => listRows(database, outbound, signal) },
  fetch: (dataItem, _access, context) => fetchInline(dataItem, decodeCell(dataItem.location as TableCell), context),
};
