import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { rememberSecret } from "../errors/secret-values.js";
import { createLog } from "./log.js";

/** The lines that something logs. */
function linesOf(work: (log: ReturnType<typeof createLog>) => void): string {
  let lines = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines += chunk.toString();
      done();
    },
  });
  work(createLog("debug", stream));
  return lines;
}

it("masks secrets in library errors, their causes, stacks and text", () => {
  rememberSecret("planted-secret-1f9a");
  const cause = new Error("connect to postgres://reader:planted-secret-1f9a@host/db failed");
  const lines = linesOf((log) => {
    log.error({ err: new Error("It failed.", { cause }) }, "request failed");
    log.info({ deep: { in: { a: { list: ["planted-secret-1f9a"] } } } }, "key planted-secret-1f9a");
  });
  expect(lines).not.toContain("planted-secret-1f9a");
  expect(lines).toContain("postgres://reader:[hidden]@host/db");
  for (const line of lines.trim().split("\n")) expect(() => JSON.parse(line) as unknown).not.toThrow();
});

it("masks secret fields by name, whether or not their values are known", () => {
  const lines = linesOf((log) => log.info({ input: { secretAccessKey: "x" }, headers: { authorization: "y" } }, "m"));
  expect(JSON.parse(lines)).toMatchObject({
    input: { secretAccessKey: "[hidden]" },
    headers: { authorization: "[hidden]" },
  });
});
