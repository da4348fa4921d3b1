import { spawnSync } from "node:child_process";

/** The program that kills a process when its parent dies; undefined if missing or too old. */
export function findSetpriv(): string | undefined {
  if (process.platform !== "linux") return undefined;
  return ["/usr/bin/setpriv", "/bin/setpriv"].find((path) =>
    spawnSync(path, ["--help"], { encoding: "utf8" }).stdout?.includes("--pdeathsig"),
  );
}
