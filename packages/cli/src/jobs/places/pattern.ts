import picomatch from "picomatch";

// Names that begin with a dot are matched only where a pattern says so, as in a shell.
const options = { dot: false, nonegate: true, noextglob: true };

/** No longer than keys and paths are: reading a pattern takes time in proportion to the square of its length. */
const longestPattern = 2_048;

/** A path with wildcards, taken apart. */
export interface Pattern {
  /** What every match begins with: the folder before the first wildcard, with its slash; empty when there is none. */
  readonly folder: string;
  /** The rest, which has the wildcards. */
  readonly wildcards: string;
  readonly matches: (path: string) => boolean;
}

/** Whether a path has `*`, `**`, `?`, `[...]` or `{a,b}`; a backslash before one of them makes it an ordinary character. */
export function isPattern(path: string): boolean {
  return path.length <= longestPattern && picomatch.scan(escapeGroups(path), options).isGlob;
}

export function parsePattern(path: string): Pattern {
  const escaped = escapeGroups(path);
  const { base, glob } = picomatch.scan(escaped, options);
  return {
    folder: base === "" ? "" : `${literal(base).replace(/\/$/, "")}/`,
    wildcards: glob,
    matches: picomatch(escaped, options),
  };
}

/** A path that is meant as it is, without the backslashes. */
export function literal(path: string): string {
  return path.replace(/\\([*?[\]{}()!\\])/g, "$1");
}

/** In names such as `photo (2).jpg` parentheses are no group. */
function escapeGroups(path: string): string {
  return path.replace(/(?<!\\)[()]/g, String.raw`\$&`);
}
