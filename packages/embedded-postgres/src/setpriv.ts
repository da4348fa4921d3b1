import { spawnSync } from "node:child_process";

/** The program that ties a process to its parent's life; undefined where there is none, or an older or smaller one. */
export function findSetpriv(): string | undefined {
  if (process.platform !== "linux") return undefined;
  return ["/usr/bin/setpriv", "/bin/setpriv"].find((path) =>
    spawnSync(path, ["--help"], { encoding: "utf8" }).stdout?.includes("--pdeathsig"),
  );
}
