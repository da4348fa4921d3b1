import type { ChildProcess } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import { childUser } from "./child-user.js";
import { engineEntry } from "./engine-entry.js";
import { systemCallFilter } from "./system-call-filter.js";

/** What a model's process can access. */
export interface SandboxOptions {
  /** The model's folder: seen read-only, and where the process starts. */
  readonly directory: string;
  /** Limit of each of its two scratch folders, /tmp and /dev/shm, in bytes. Both are in memory. */
  readonly scratchBytes: number;
  /** Whether it has the machine's network instead of an empty one. */
  readonly hasNetwork: boolean;
  /** The machine's GPUs. */
  readonly hasGpus: boolean;
}

/** The scratch folders of a sandboxed process, as it sees them. */
export const scratchFolders = ["/tmp", "/dev/shm"] as const;

export const bubblewrap = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"].find((path) => existsSync(path));
/** Part of util-linux. */
export const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));

/** Part of util-linux. */
const prlimit = ["/usr/bin/prlimit", "/bin/prlimit"].find((path) => existsSync(path));

// Where bubblewrap reads the filter of system calls from.
const filterDescriptor = 4;
const sandboxFilter = systemCallFilter();

/** Processes and threads that a model may have at a time. */
export const maximumProcesses = 1_024;

// Programs and their libraries.
const systemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store"];
// What programs need, without secrets: library paths, time zone, name resolution, certificates.
const systemFiles = [
  "/etc/alternatives",
  "/etc/ca-certificates",
  "/etc/crypto-policies",
  "/etc/fonts",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/localtime",
  "/etc/mime.types",
  "/etc/pki/tls/certs",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  // Numeric libraries ask it how many processors there are.
  "/sys/devices/system",
];
const networkFiles = ["/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/services"];
const gpuDevices = ["/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-modeset", "/dev/dri"];
const gpusAtMost = 16;

/**
 * The command that runs another one in a sandbox: namespaces of its own (processes, files, IPC, network), a user without
 * rights, and only the files that Node and the model need. When it ends, or this process does, everything in it ends.
 *
 * Start it with a pipe as descriptor 4, and call `giveFilter`. Needs bubblewrap and setpriv, and a kernel that lets them: `findIsolation` tells.
 */
export function sandboxCommand(options: SandboxOptions): readonly string[] {
  const { directory, scratchBytes, hasNetwork, hasGpus } = options;
  const seen = [
    ...systemFolders,
    ...systemFiles,
    ...(hasNetwork ? networkFiles : []),
    process.execPath,
    ...codeFolders(),
  ];
  const scratch = (path: string) => ["--perms", "1777", "--size", String(Math.ceil(scratchBytes)), "--tmpfs", path];
  const devices = hasGpus ? [...gpuDevices, ...Array.from({ length: gpusAtMost }, (_, n) => `/dev/nvidia${n}`)] : [];
  const { namespace, rights, command } = childUser();
  return [
    processLimit(),
    [bubblewrap ?? "bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
    ["--unshare-cgroup-try", ...(hasNetwork ? [] : ["--unshare-net"]), ...namespace],
    ["--proc", "/proc", "--dev", "/dev"],
    devices.flatMap((path) => ["--dev-bind-try", path, path]),
    scratchFolders.flatMap(scratch),
    foldersOnTheWay([...seen, directory]).flatMap((path) => ["--perms", "0755", "--dir", path]),
    seen.filter((path) => !isSystem(dirname(path))).flatMap((path) => ["--ro-bind-try", path, path]),
    ["--ro-bind", directory, directory, "--chdir", directory],
    // Otherwise a model could fill them: only the scratch folders have a size limit.
    ["--remount-ro", "/dev", "--remount-ro", "/"],
    ["--cap-drop", "ALL"],
    sandboxFilter === undefined ? [] : ["--seccomp", String(filterDescriptor)],
    rights.flatMap((right) => ["--cap-add", right]),
    ["--", setpriv ?? "setpriv", "--no-new-privs", "--inh-caps=-all", ...command, "--"],
  ].flat();
}

/** Writes the filter of system calls, which a sandbox that was just started waits for. */
export function giveFilter({ stdio }: ChildProcess): void {
  // One that ends before does not read it.
  const pipe = stdio[filterDescriptor] as Socket;
  pipe.on("error", () => {}).end(sandboxFilter ?? "");
}

/** The kernel counts by user, so only where each process has a user of its own; elsewhere what watches the process counts. */
function processLimit(): readonly string[] {
  return prlimit === undefined || process.getuid?.() !== 0 ? [] : [prlimit, `--nproc=${maximumProcesses}`, "--"];
}

function isSystem(path: string): boolean {
  return systemFolders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** Folders that bubblewrap would create accessible to root only. */
function foldersOnTheWay(paths: readonly string[]): string[] {
  const folders = new Set(paths.flatMap((path) => [...foldersAbove(dirname(path))].reverse()));
  return [...folders].filter(
    (folder) => folder !== "/" && !isSystem(folder) && !scratchFolders.some((one) => one === folder),
  );
}

let code: readonly string[] | undefined;

/** The code of the runners and the libraries they import; nothing else of the installation. */
function codeFolders(): readonly string[] {
  return (code ??= findCode());
}

function findCode(): string[] {
  const contract = createRequire(import.meta.url).resolve("@millrace/contract");
  const packages = [engineEntry(), contract].map((file) => packageOf(realpathSync(file)));
  const libraries = packages.flatMap((folder) => [...foldersAbove(folder)].map((above) => join(above, "node_modules")));
  return [...new Set([...libraries.filter((folder) => existsSync(folder)), ...packages])];
}

function packageOf(file: string): string {
  for (const folder of foldersAbove(dirname(file))) if (existsSync(join(folder, "package.json"))) return folder;
  throw new Error(`${file} belongs to no package.`);
}

/** A folder and all of its parents. */
function* foldersAbove(folder: string): Generator<string> {
  for (let path = folder; ; path = dirname(path)) {
    yield path;
    if (path === dirname(path)) return;
  }
}
