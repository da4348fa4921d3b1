/** JSON that was written already, by the database or from parts of it: it is sent as it is. */
export class JsonText {
  constructor(readonly text: string) {}
}
