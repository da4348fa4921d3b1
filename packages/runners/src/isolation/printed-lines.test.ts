import { expect, it } from "vitest";
import { createPrintedLines } from "./printed-lines.js";

const print = (...pieces: readonly Buffer[]) => {
  let written = "";
  const lines = createPrintedLines("model m", (text) => (written += text));
  for (const piece of pieces) lines.add(piece);
  lines.end();
  return written;
};

it("every line has the model's name, wherever its pieces were cut", () => {
  const whole = Buffer.from("über\nzwei\r\n\nende");
  const expected = "model m: über\nmodel m: zwei\nmodel m: \nmodel m: ende\n";
  expect(print(whole)).toBe(expected);
  expect(print(...Array.from(whole, (byte) => Buffer.from([byte])))).toBe(expected);
});

it("control characters are shown, not sent to a terminal, and end no line", () => {
  expect(print(Buffer.from("\u001b[2J\ta\rb\u0085c\u2028d\u0000\n"))).toBe(
    "model m: \\u001b[2J\ta\\u000db\\u0085c\\u2028d\\u0000\n",
  );
});

it("a line without end is cut, and nothing of it is lost", () => {
  const written = print(...Array.from({ length: 40 }, () => Buffer.from("x".repeat(1_000))));
  const lines = written.split("\n");
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.map((line) => line.replace("model m: ", "")).join("")).toBe("x".repeat(40_000));
});

it("what is printed without end does not fill the log: some of it is left out, which a line says", () => {
  let time = 0;
  let written = "";
  const lines = createPrintedLines(
    "model m",
    (text) => (written += text),
    () => time,
  );
  const mebibyte = Buffer.from(`${"x".repeat(1_023)}\n`.repeat(1_024));
  for (let count = 0; count < 100; count += 1) lines.add(mebibyte);
  expect(written.length).toBeLessThan(2 ** 18 + 1);
  time += 60_000;
  written = "";
  lines.add(Buffer.from("after a while\n"));
  expect(written).toMatch(
    /^model m: \(\d{8,} characters more were printed too fast to be logged\)\nmodel m: after a while\n$/,
  );
});
