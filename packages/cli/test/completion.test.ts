import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { millrace } from "./run-command.js";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "millrace-cli-completion-"));
  writeFileSync(join(directory, "local.txt"), "");
  for (const shell of ["bash", "zsh", "fish"])
    writeFileSync(join(directory, shell), execFileSync(process.execPath, [millrace, "completion", shell]));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const has = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;

function run(shell: string, ...parameters: string[]): string {
  const env = { PATH: process.env["PATH"], HOME: directory };
  const { stdout, stderr } = spawnSync(shell, parameters, { cwd: directory, encoding: "utf8", env });
  expect(stderr).toBe("");
  return stdout;
}

/** What each shell offers for a line, one word each. */
const offers: Readonly<Record<string, (line: string) => string[]>> = {
  bash: (line) =>
    run(
      "bash",
      "-c",
      `source ./bash; COMP_WORDS=(${line.replace(/ $/, ' ""')}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _millrace; printf '%s\\n' "\${COMPREPLY[@]}"`,
    )
      .split("\n")
      .filter(Boolean),
  fish: (line) =>
    run("fish", "-c", `source ./fish; complete -C '${line}'`)
      .split("\n")
      .filter(Boolean)
      .map((offer) => offer.split("\t")[0] ?? ""),
};

for (const [shell, offersFor] of Object.entries(offers))
  it.skipIf(!has(shell)).each([
    ["millrace ", ["jobs", "models", "doctor", "completion"]],
    ["millrace jobs su", ["submit"]],
    ["millrace jobs submit --aws", ["--aws-profile"]],
    ["millrace jobs --json submit --explain-l", ["--explain-limit"]],
    ["millrace models init ", ["module", "onnx", "python"]],
  ])(`${shell} completes %j`, (line, expected) => {
    expect(offersFor(line)).toEqual(expect.arrayContaining(expected));
  });

it.skipIf(!has("bash"))("bash offers files where a place belongs", () => {
  expect(offers["bash"]?.("millrace jobs submit lo")).toEqual([]);
  expect(run("bash", "-c", "source ./bash; complete -p millrace")).toContain("-o default");
});

it.skipIf(!has("zsh"))("zsh loads its completion", () => {
  const line = "autoload -Uz compinit; compinit -u -D; source ./zsh; echo $_comps[millrace]";
  expect(run("zsh", "-fc", line)).toBe("_millrace\n");
});
