// Numbers of system calls by processor, from Linux's tables: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
const tables = {
  x64: {
    /** AUDIT_ARCH_X86_64 */
    audit: 0xc000003e,
    clone: 56,
    /** Namespaces and mounts: in a user namespace of its own a model has all capabilities, and file systems without limits. */
    forbidden: [165, 166, 155, 272, 308, 428, 429, 430, 431, 432, 433, 442],
    /** shmget, semget, msgget, memfd_create, memfd_secret: memory that belongs to no process and to no folder. */
    memory: [29, 64, 68, 319, 447],
    /** keyctl, add_key, request_key, bpf, perf_event_open, userfaultfd, io_uring_setup: of no use to models, and often broken into. */
    kernel: [248, 249, 250, 298, 321, 323, 425],
  },
  arm64: {
    /** AUDIT_ARCH_AARCH64 */
    audit: 0xc00000b7,
    clone: 220,
    forbidden: [40, 39, 41, 97, 268, 428, 429, 430, 431, 432, 433, 442],
    memory: [194, 190, 186, 279, 447],
    kernel: [217, 218, 219, 241, 280, 282, 425],
  },
} as const;

/** On every processor. Its flags are in memory, where a filter cannot see them; C libraries use `clone` then. */
const clone3 = 435;
const cloneNewUser = 0x10000000;
/** System calls from here on are those of x32, another form of the same. */
const x32 = 0x40000000;

const permitted = 0x7fff0000;
const refusedWith = (errno: number) => 0x00050000 + errno;
const eperm = refusedWith(1);
const enosys = refusedWith(38);

// Of classic BPF: load a word, jump if equal, if at least, if a bit is set, return.
const load = 0x20;
const ifEqual = 0x15;
const ifAtLeast = 0x35;
const ifSet = 0x45;
const leave = 0x06;
// In struct seccomp_data.
const numberAt = 0;
const architectureAt = 4;
const firstArgumentAt = 16;

/**
 * The seccomp filter of a sandbox, as bubblewrap takes it: no namespaces or mounts, no memory outside of processes and scratch
 * folders, and none of the kernel's interfaces that models do not need. What is refused fails like a call that this kernel does
 * not have, so that programs do without. Undefined on processors other than x64 and arm64.
 */
export function systemCallFilter(processor: string = process.arch): Buffer | undefined {
  if (processor !== "x64" && processor !== "arm64") return undefined;
  const { audit, clone, forbidden, memory, kernel } = tables[processor];
  const refuse = (number: number, answer: number) => [jump(ifEqual, number, 0, 1), instruction(leave, answer)];
  return Buffer.concat([
    instruction(load, architectureAt),
    jump(ifEqual, audit, 1, 0),
    instruction(leave, enosys),
    instruction(load, numberAt),
    jump(ifAtLeast, x32, 0, 1),
    instruction(leave, enosys),
    ...forbidden.flatMap((number) => refuse(number, eperm)),
    ...[...memory, ...kernel, clone3].flatMap((number) => refuse(number, enosys)),
    jump(ifEqual, clone, 0, 3),
    instruction(load, firstArgumentAt),
    jump(ifSet, cloneNewUser, 0, 1),
    instruction(leave, eperm),
    instruction(leave, permitted),
  ]);
}

function instruction(code: number, value: number): Buffer {
  return jump(code, value, 0, 0);
}

/** @param whenTrue instructions to skip; so is `whenFalse`. */
function jump(code: number, value: number, whenTrue: number, whenFalse: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(whenTrue, 2);
  bytes.writeUInt8(whenFalse, 3);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
