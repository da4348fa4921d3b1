/** Limits the memory, in bytes, of inputs that are fetched but have not run, in total and per account. */
export interface ByteBudget {
  /** One input's share of the budget. */
  open(account: string): ByteShare;
}

export interface ByteShare {
  /**
   * Waits until `sizeBytes` more fit; undefined when they do at once: an account has half of the budget at most. A share that already holds some is granted more at
   * once, so nobody ever waits for someone who waits. One that is larger than half of the budget counts as half, and there is
   * only one of these at a time.
   */
  readonly reserve: (sizeBytes: number) => Promise<void> | undefined;
  /** Releases everything. */
  release(): void;
}

interface Claim {
  readonly account: string;
  readonly chargedBytes: number;
  readonly isLarge: boolean;
}

interface Waiting extends Claim {
  readonly onGranted: () => void;
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
  const mayHave = ({ account, chargedBytes, isLarge }: Claim) => {
    const held = heldByAccount.get(account) ?? 0;
    return !(isLarge && isLargeHeld) && (held === 0 || held + chargedBytes <= halfBytes);
  };
  const fits = ({ chargedBytes }: Claim) => heldBytes === 0 || heldBytes + chargedBytes <= maximumBytes;
  const grant = (claim: Claim) => {
    charge(claim.account, claim.chargedBytes);
    if (!claim.isLarge) return;
    isLargeHeld = true;
    lastLargeAccount = claim.account;
  };
  const grantNext = () => {
    for (;;) {
      // The first eligible waiter; it waits for room, and the others wait behind it.
      const able = waiting.filter(mayHave);
      const first = able[0];
      const isOther = (one: Waiting) => one.isLarge && one.account !== lastLargeAccount;
      const next = first?.isLarge === true ? (able.find(isOther) ?? first) : first;
      if (next === undefined || !fits(next)) return;
      waiting = waiting.filter((one) => one !== next);
      grant(next);
      next.onGranted();
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
        if (waiting.length > 0) grantNext();
      };
      const hold = (claim: Claim) => {
        shareBytes += claim.chargedBytes;
        isLarge ||= claim.isLarge;
        if (!isOpen) release();
      };
      return {
        reserve(sizeBytes) {
          if (shareBytes > 0) {
            charge(account, sizeBytes);
            hold({ account, chargedBytes: sizeBytes, isLarge: false });
            return undefined;
          }
          const claim = { account, chargedBytes: Math.min(sizeBytes, halfBytes), isLarge: sizeBytes > halfBytes };
          // At once, without a turn of the event loop: nearly every input fits.
          if (waiting.length === 0 && mayHave(claim) && fits(claim)) {
            grant(claim);
            hold(claim);
            return undefined;
          }
          return new Promise<void>((onGranted) => {
            waiting.push({ ...claim, onGranted });
            grantNext();
          }).then(() => hold(claim));
        },
        release,
      };
    },
  };
}
