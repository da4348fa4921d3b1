/** Limits the memory, in bytes, of inputs that are fetched but have not run, in total and per account. */
export interface ByteBudget {
  /** One input's share of the budget. */
  open(account: string): ByteShare;
}

export interface ByteShare {
  /**
   * Waits until `sizeBytes` more fit: an account has half of the budget at most. A share that already holds some is granted more at
   * once, so nobody ever waits for someone who waits. One that is larger than half of the budget counts as half, and there is
   * only one of these at a time.
   */
  readonly reserve: (sizeBytes: number) => Promise<void>;
  /** Releases everything. */
  release(): void;
}

interface Waiting {
  readonly account: string;
  readonly chargedBytes: number;
  readonly isLarge: boolean;
  readonly grant: () => void;
}

export function createByteBudget(maximumBytes: number): ByteBudget {
  const halfBytes = maximumBytes / 2;
  let heldBytes = 0;
  let isLargeHeld = false;
  /** The next large input is another account's, if one waits. */
  let lastLargeAccount: string | undefined;
  const heldByAccount = new Map<string, number>();
  let waiting: Waiting[] = [];

  const charge = (account: string, bytes: number) => {
    heldBytes += bytes;
    const held = (heldByAccount.get(account) ?? 0) + bytes;
    if (held === 0) heldByAccount.delete(account);
    else heldByAccount.set(account, held);
  };
  const mayHave = ({ account, chargedBytes, isLarge }: Waiting) => {
    const held = heldByAccount.get(account) ?? 0;
    return !(isLarge && isLargeHeld) && (held === 0 || held + chargedBytes <= halfBytes);
  };
  const grantNext = () => {
    for (;;) {
      // The first eligible waiter; it waits for room, and the others wait behind it.
      const able = waiting.filter(mayHave);
      const first = able[0];
      const isOther = (one: Waiting) => one.isLarge && one.account !== lastLargeAccount;
      const next = first?.isLarge === true ? (able.find(isOther) ?? first) : first;
      if (next === undefined || (heldBytes > 0 && heldBytes + next.chargedBytes > maximumBytes)) return;
      waiting = waiting.filter((one) => one !== next);
      charge(next.account, next.chargedBytes);
      if (next.isLarge) {
        isLargeHeld = true;
        lastLargeAccount = next.account;
      }
      next.grant();
    }
  };

  return {
    open(account) {
      let shareBytes = 0;
      let isLarge = false;
      let isOpen = true;
      const release = () => {
        isOpen = false;
        charge(account, -shareBytes);
        if (isLarge) isLargeHeld = false;
        shareBytes = 0;
        isLarge = false;
        grantNext();
      };
      return {
        async reserve(sizeBytes) {
          if (shareBytes > 0) {
            charge(account, sizeBytes);
            shareBytes += sizeBytes;
          } else {
            const wanted = { account, chargedBytes: Math.min(sizeBytes, halfBytes), isLarge: sizeBytes > halfBytes };
            await new Promise<void>((grant) => {
              waiting.push({ ...wanted, grant });
              grantNext();
            });
            shareBytes += wanted.chargedBytes;
            isLarge ||= wanted.isLarge;
          }
          if (!isOpen) release();
        },
        release,
      };
    },
  };
}
