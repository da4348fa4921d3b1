/** How a sandboxed process becomes a user without rights. */
export interface ChildUser {
  /** Parameters of bubblewrap: the namespace that lets an ordinary user make the others. */
  readonly namespace: readonly string[];
  /** Capabilities that setpriv needs until it has changed the user. */
  readonly rights: readonly string[];
  /** Parameters of setpriv. */
  readonly command: readonly string[];
}

// Numbers that systemd keeps free for users who come and go: nobody owns a file or a process there.
const firstUid = 61_184;
const lastUid = 65_519;

let next = firstUid + (process.pid % (lastUid - firstUid + 1));

/**
 * Root gives each process a user of its own: a number that has no name, group or file. Any other user cannot change it: the
 * process keeps the number of this one, and its namespaces alone keep it from this one's files and processes.
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
