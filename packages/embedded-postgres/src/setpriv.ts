import { spawnSync } from "node:child_process";

let found: { readonly path: string | undefined } | undefined;

/** The program that kills a process when its parent dies; undefined if missing or too old. Looked for once. */
export function findSetpriv(): string | undefined {
  return (found ??= { path: find() }).path;
}

function find(): string | undefined {
  if (process.platform !== "linux") return undefined;
  return ["/usr/bin/setpriv", "/bin/setpriv"].find((path) =>
    spawnSync(path, ["--help"], { encoding: "utf8" }).stdout?.includes("--pdeathsig"),
  );
}
