import { readFile } from "node:fs/promises";
import { isTerminal, jobStatuses } from "@millrace/contract";
import { expect, it } from "vitest";
import { jobTransitions, newJobStatus, runnableStatuses, type JobTransition } from "./job-states.js";
import { sqlStatus, sqlStatuses } from "./status-sql.js";

/** The table as a Mermaid diagram. */
function drawJobStates(): string {
  const births = Object.values(newJobStatus).map((status) => `  [*] --> ${status}`);
  const changes = Object.entries<JobTransition>(jobTransitions).flatMap(([name, { from, to }]) =>
    from.map((status) => `  ${status} --> ${to}: ${name}`),
  );
  return ["```mermaid", "stateDiagram-v2", ...births, ...changes, "```"].join("\n");
}

it("docs/architecture.md draws the table of job states", async () => {
  const page = await readFile(new URL("../../../../docs/architecture.md", import.meta.url), "utf8");
  expect(/```mermaid\nstateDiagram-v2\n[^`]*```/.exec(page)?.[0]).toBe(drawJobStates());
});

it("every job reaches a final state and leaves it only by a retry", () => {
  const leaving = (status: string) =>
    Object.entries<JobTransition>(jobTransitions)
      .filter(([, { from }]) => (from as readonly string[]).includes(status))
      .map(([name]) => name);
  for (const status of jobStatuses) {
    if (isTerminal(status)) expect(leaving(status)).toEqual(["retry"]);
    else expect(leaving(status)).toContain("cancel");
  }
  expect(runnableStatuses).toEqual([...jobTransitions.start.from, ...jobTransitions.finish.from]);
  expect(jobTransitions.stop.from).toEqual(jobTransitions.finish.from);
});

it("an unknown status is an error, not a running job", () => {
  expect(() => isTerminal("FROZEN" as never)).toThrow(/Unknown job status: "FROZEN"/);
  expect(() => isTerminal("constructor" as never)).toThrow(RangeError);
});

it("accepts only statuses as SQL literals", () => {
  expect(sqlStatus("OPEN")).toBe("'OPEN'");
  expect(sqlStatuses(["OPEN", "TIMEDOUT"])).toBe("('OPEN', 'TIMEDOUT')");
  expect(() => sqlStatus("x' OR '1' = '1" as never)).toThrow(TypeError);
});
