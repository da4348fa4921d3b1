/**
 * What a worker reads of a task before it takes it, so that it can leave tasks to others: the model version, the account, and both
 * together. A task of an earlier release has its version only, or nothing.
 */
export interface TaskFlags {
  readonly versionKey: string;
  readonly account: string;
  readonly accountVersion: string;
}

/** The flag of every task of an account; no version key begins like it. */
export function accountFlag(accountIdentifier: string): string {
  return `@${accountIdentifier}`;
}

export function chunkFlags(accountIdentifier: string, versionKey: string): string[] {
  return [versionKey, accountFlag(accountIdentifier), `${accountFlag(accountIdentifier)} ${versionKey}`];
}

/** @param flags as the queue has them, in no particular order. */
export function readFlags(flags: object | null | undefined): TaskFlags {
  const names = Object.keys(flags ?? {});
  const versionKey = names.find((name) => !name.startsWith("@")) ?? "";
  const account = names.find((name) => name.startsWith("@") && !name.includes(" ")) ?? "";
  return { versionKey, account, accountVersion: `${account} ${versionKey}` };
}
