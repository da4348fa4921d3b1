/** How a sandboxed process becomes an unprivileged user. */
export interface ChildUser {
  /** Arguments of bubblewrap: the namespace that lets an ordinary user create the others. */
  readonly namespace: readonly string[];
  /** Capabilities that setpriv needs until it has changed the user. */
  readonly rights: readonly string[];
  /** Arguments of setpriv. */
  readonly command: readonly string[];
}

// User ids that systemd reserves for dynamic users: they own no files or processes.
const firstUid = 61_184;
const lastUid = 65_519;

let next = firstUid + (process.pid % (lastUid - firstUid + 1));

/**
 * As root, each process gets its own user id, without name, group or files. Otherwise the process keeps this process's user id,
 * and only its namespaces separate it from this user's files and processes.
 */
export function childUser(): ChildUser {
  if (process.getuid?.() !== 0) return { namespace: ["--unshare-user"], rights: [], command: [] };
  const uid = String(next);
  next = next === lastUid ? firstUid : next + 1;
  return {
    namespace: [],
    rights: ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"],
    command: ["--reuid", uid, "--regid", uid, "--clear-groups", "--bounding-set=-all"],
  };
}
