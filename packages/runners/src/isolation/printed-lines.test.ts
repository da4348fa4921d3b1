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
