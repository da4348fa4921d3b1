/**
 * What a worker sees of a task before claiming it, so that it can skip tasks: the model version, the account, and the
 * combination of both. Tasks queued by earlier releases have only the version, or no flags.
 */
export interface TaskFlags {
  readonly versionKey: string;
  readonly account: string;
  readonly accountVersion: string;
}

/** The flag shared by all tasks of an account; never a prefix of a version key. */
export function accountFlag(accountIdentifier: string): string {
  return `@${accountIdentifier}`;
}

export function chunkFlags(accountIdentifier: string, versionKey: string): string[] {
  return [versionKey, accountFlag(accountIdentifier), `${accountFlag(accountIdentifier)} ${versionKey}`];
}

/** @param flags as stored by the queue, in any order. */
export function readFlags(flags: object | null | undefined): TaskFlags {
  const names = Object.keys(flags ?? {});
  const versionKey = names.find((name) => !name.startsWith("@")) ?? "";
  const account = names.find((name) => name.startsWith("@") && !name.includes(" ")) ?? "";
  return { versionKey, account, accountVersion: `${account} ${versionKey}` };
}
