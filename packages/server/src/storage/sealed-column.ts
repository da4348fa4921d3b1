/** A column of encrypted secrets, with what is needed to re-encrypt its rows under another master key. */
export interface SealedColumn {
  /** Including its schema. */
  readonly table: string;
  readonly column: string;
  /** The primary key of the table. */
  readonly key: string;
  /** SQL for the encryption context of a row of the table, aliased `t`. */
  readonly context: string;
}
