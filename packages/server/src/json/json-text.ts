/** JSON that was written already, by the database or from parts of it: it is sent as it is. */
export class JsonText {
  /** @param identifiers members of it that identify what was created, for the audit log. */
  constructor(
    readonly text: string,
    readonly identifiers: Readonly<Record<string, string>> = {},
  ) {}
}
