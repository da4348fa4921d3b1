const missing = new Set<string | undefined>(["ENOENT", "ENOTDIR"]);

/**
 * What was read of a file or a folder; undefined when there is none. That it cannot be reached is something else.
 *
 * @throws Error naming the path and the system's code (EACCES, EIO, ELOOP, ...) for every other failure.
 */
export async function unlessMissing<Found>(reading: Promise<Found>): Promise<Found | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (missing.has(code)) return undefined;
    if (code === undefined || path === undefined) throw error;
    throw new Error(`${path} cannot be read (${code}).`, { cause: error });
  }
}
