import { onTestFinished, vi } from "vitest";

/**
 * What models print from now on until the test ends: all that their sandboxes let out besides their outputs.
 *
 * @returns the text so far.
 */
export function watchModelOutput(): () => string {
  const written = vi.spyOn(process.stderr, "write");
  onTestFinished(() => written.mockRestore());
  const text = () => written.mock.calls.map(([piece]) => Buffer.from(piece as string | Uint8Array).toString("utf8"));
  // The server puts the model's name before each line.
  return () =>
    text()
      .join("")
      .replace(/^model \S+@\S+: /gm, "");
}
