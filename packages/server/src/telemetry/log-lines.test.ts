import { expect, it } from "vitest";
import { createLog } from "./log.js";

it("a name ends no line, whatever a reader takes for a line end", () => {
  const written: string[] = [];
  const log = createLog("info", { write: (line: string) => void written.push(line) });
  const name = ["\n", "\r\n", "\u0085", "\u2028", "\u2029"].map((end) => `${end}{"msg":"forged"}`).join("");
  log.info({ name, err: new Error(name) }, name);
  expect(written).toHaveLength(1);
  expect(written[0]?.split(/[\n\r\u0085\u2028\u2029]/)).toEqual([expect.stringMatching(/^\{.*\}$/), ""]);
  expect(JSON.parse(written[0] ?? "")).toMatchObject({ name, msg: name });
});
