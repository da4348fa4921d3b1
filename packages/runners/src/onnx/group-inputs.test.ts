import { expect, it } from "vitest";
import { groupInputs, runsAlone, type GroupLimits } from "./group-inputs.js";

const limits: GroupLimits = { isOnProcessor: true, canPad: true, fixedSize: undefined };
const tensor = (values: number) => ({ input: [{ shape: [values], values: new Float32Array(values) }] });
const text = (tokens: number) => ({
  input: [{ tokens: { ids: Array<number>(tokens).fill(1), typeIds: [], padsLeft: false } }],
});
const sizesOf = (groups: readonly (readonly unknown[])[]) => groups.map(({ length }) => length);

it("runs photographs one after another on a processor, and together on a GPU or where the model's file says so", () => {
  const photographs = Array.from({ length: 8 }, () => tensor(3 * 224 * 224));
  expect(photographs.every(({ input }) => runsAlone(input, limits))).toBe(true);
  expect(sizesOf(groupInputs(photographs, limits))).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  expect(sizesOf(groupInputs(photographs, { ...limits, isOnProcessor: false }))).toEqual([8]);
  expect(sizesOf(groupInputs(photographs, { ...limits, fixedSize: 4 }))).toEqual([4, 4]);
});

it("runs small tensors together, as many as a megabyte holds", () => {
  const rows = Array.from({ length: 100 }, () => tensor(9));
  expect(sizesOf(groupInputs(rows, limits))).toEqual([100]);
  const thumbnails = Array.from({ length: 10 }, () => tensor(3 * 100 * 100));
  expect(sizesOf(groupInputs(thumbnails, limits))).toEqual([8, 2]);
});

it("runs texts of nearly one length together, and only of the same one where they cannot be padded", () => {
  const texts = [40, 20, 41, 22, 20].map(text);
  const lengths = (groups: ReturnType<typeof groupInputs<ReturnType<typeof text>>>) =>
    groups.map((group) => group.map(({ input }) => input[0]?.tokens.ids.length));
  expect(lengths(groupInputs(texts, limits))).toEqual([
    [20, 20, 22],
    [40, 41],
  ]);
  expect(lengths(groupInputs(texts, { ...limits, canPad: false }))).toEqual([[20, 20], [22], [40], [41]]);
});
