/** Registers what ends a part of the server; the last part started ends first. */
export type OnClose = (name: string, close: () => Promise<unknown>) => void;

/** Runs something that ends when it is aborted, until the server closes; `leave` follows. */
export function runUntilClosed(
  onClose: OnClose,
  name: string,
  run: (signal: AbortSignal) => Promise<unknown>,
  leave?: () => Promise<unknown>,
): void {
  const closing = new AbortController();
  const running = run(closing.signal);
  onClose(name, async () => {
    closing.abort();
    await running;
    await leave?.();
  });
}
