/** Limits the memory, in bytes, of inputs that are fetched but have not run. */
export interface ByteBudget {
  /** One input's share of the budget. */
  open(): ByteShare;
}

export interface ByteShare {
  /**
   * Waits until `sizeBytes` more fit. A share that already holds some is granted more at once, and one that is larger
   * than the whole budget is granted when no other is held: so nobody ever waits for someone who waits.
   */
  readonly reserve: (sizeBytes: number) => Promise<void>;
  /** Gives everything back. */
  release(): void;
}

export function createByteBudget(maximumBytes: number): ByteBudget {
  let heldBytes = 0;
  const waiting: { sizeBytes: number; grant: () => void }[] = [];

  const grantNext = () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (heldBytes > 0 && heldBytes + next.sizeBytes > maximumBytes) return;
      waiting.shift();
      heldBytes += next.sizeBytes;
      next.grant();
    }
  };

  return {
    open() {
      let shareBytes = 0;
      let isOpen = true;
      return {
        async reserve(sizeBytes) {
          if (shareBytes > 0) {
            heldBytes += sizeBytes;
          } else {
            await new Promise<void>((grant) => {
              waiting.push({ sizeBytes, grant });
              grantNext();
            });
          }
          if (isOpen) shareBytes += sizeBytes;
          else heldBytes -= sizeBytes;
        },
        release() {
          isOpen = false;
          heldBytes -= shareBytes;
          shareBytes = 0;
          grantNext();
        },
      };
    },
  };
}
