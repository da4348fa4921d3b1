/** A column of sealed secrets: what must be known to seal its rows again under another master key. */
export interface SealedColumn {
  /** With its schema. */
  readonly table: string;
  readonly column: string;
  /** The primary key of the table. */
  readonly key: string;
  /** SQL for the context that a row of the table, under the alias `t`, is sealed with. */
  readonly context: string;
}
