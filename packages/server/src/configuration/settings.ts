import type { Static, TObject, TProperties } from "typebox";

/** The values of some environment variables. */
export type Settings<Variables extends TProperties> = Static<TObject<Variables>>;

/** What the caller of the server sets of a part; it wins over the environment. */
export type Given<Part> = { [Key in keyof Part]?: Part[Key] | undefined };
