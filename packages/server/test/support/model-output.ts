import { onTestFinished, vi } from "vitest";

/**
 * What models print from now on until the test ends: all that their sandboxes let out besides their outputs.
 *
 * @returns the text so far.
 */
export function watchModelOutput(): () => string {
  const written = vi.spyOn(process.stderr, "write");
  onTestFinished(() => written.mockRestore());
  return () => written.mock.calls.map(([text]) => Buffer.from(text as string | Uint8Array).toString("utf8")).join("");
}
