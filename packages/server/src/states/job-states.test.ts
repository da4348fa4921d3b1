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

it("leads every job to an end, and from an end only by a retry", () => {
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

it("a status that is not known is an error, not a job that goes on", () => {
  expect(() => isTerminal("FROZEN" as never)).toThrow(/Unknown job status: "FROZEN"/);
  expect(() => isTerminal("constructor" as never)).toThrow(RangeError);
});

it("statuses are SQL literals, and nothing else is", () => {
  expect(sqlStatus("OPEN")).toBe("'OPEN'");
  expect(sqlStatuses(["OPEN", "TIMEDOUT"])).toBe("('OPEN', 'TIMEDOUT')");
  expect(() => sqlStatus("x' OR '1' = '1" as never)).toThrow(TypeError);
});
