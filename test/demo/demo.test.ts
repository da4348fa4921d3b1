import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("the demo", () => {
  let directory: string;

  beforeEach(async () => {
    // Everything the demo writes goes below here, and its processes have this path in their command lines.
    directory = await mkdtemp(join(tmpdir(), "demo-test-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** Starts the demo as a shell does: in a process group of its own, which Ctrl-C reaches as a whole. */
  function startDemo() {
    const child = spawn(process.execPath, ["--no-warnings", "--import", "tsx", "examples/demo/demo.ts"], {
      cwd: root,
      detached: true,
      env: { ...process.env, TMPDIR: directory, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const listeners = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (bytes: Buffer) => {
        output += bytes.toString();
        for (const listener of listeners) listener();
      });
    const ended = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
    /** Resolves as soon as the demo has printed that. */
    const printed = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const check = () => {
          if (output.includes(text)) resolve();
        };
        listeners.add(check);
        check();
        void ended.then(() => reject(new Error(`It ended without printing "${text}":\n${output}`)));
      });
    return {
      ended,
      printed,
      pressCtrlC: () => process.kill(-(child.pid ?? 0), "SIGINT"),
      closeOutput: () => child.stdout.destroy(),
    };
  }

  async function expectNothingLeft() {
    expect((await readdir(directory)).filter((name) => name.startsWith("millrace"))).toEqual([]);
    const { stdout } = spawnSync("ps", ["-A", "-o", "args"], { encoding: "utf8" });
    expect(stdout.split("\n").filter((line) => line.includes(directory))).toEqual([]);
  }

  it("classifies every text and photograph, shows the two failures and the code, and leaves nothing behind", async () => {
    const { code, output } = await startDemo().ended;
    expect(output).toContain("79 inputs finished in");
    expect(output).toMatch(/movie-review-\d\d\.txt +positive +█/);
    expect(output).toMatch(/coffee-cup\.jpg +█.* espresso/);
    expect(output).toMatch(/✗ a missing file +.*no-such-text\.txt.*NoSuchKey/s);
    expect(output).toMatch(/✗ a wrong bucket +.*no-such-bucket.*NoSuchBucket/s);
    expect(output).toMatch(/shop-review-03\.txt {2}positive\n.*good\(\+0\.\d\d\)/);
    expect(output).toMatch(/cat\.jpg {2}tiger cat\n(?: {2}[ .:=+*#-]*\n){10}/);
    expect(output).toContain("await client.jobs.submitAwsS3(model, version, sources");
    expect(code).toBe(0);
    await expectNothingLeft();
  });

  it.each([
    ["while the database starts", "photographs to it"],
    ["while the jobs run", "with its own PostgreSQL"],
    ["while the results are shown", "inputs finished in"],
  ])("leaves nothing behind when Ctrl-C is pressed %s", async (_moment, lastLine) => {
    const demo = startDemo();
    await demo.printed(lastLine);
    demo.pressCtrlC();
    // The last moment is so close to the end that the demo may have ended by itself.
    expect([0, 130]).toContain((await demo.ended).code);
    await expectNothingLeft();
  });

  it("leaves nothing behind when its output is closed", async () => {
    const demo = startDemo();
    await demo.printed("with its own PostgreSQL");
    demo.closeOutput();
    await demo.ended;
    await expectNothingLeft();
  });

  it("exits with 130 on Ctrl-C, even if pressed more than once", async () => {
    const demo = startDemo();
    await demo.printed("with its own PostgreSQL");
    demo.pressCtrlC();
    demo.pressCtrlC();
    const { code, output } = await demo.ended;
    expect(output).toContain("Stopped and cleaned up.");
    expect(code).toBe(130);
    await expectNothingLeft();
  });
});
