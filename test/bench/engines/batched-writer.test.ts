import { expect, it } from "vitest";
import { createBatchedWriter } from "../../../bench/engines/batched-writer.js";

it("what comes while a batch is written is the next one", async () => {
  const batches: number[][] = [];
  const written: (() => void)[] = [];
  const write = createBatchedWriter<number>(async (rows) => {
    batches.push([...rows]);
    await new Promise<void>((resolve) => written.push(resolve));
  });
  const first = write(1);
  await expect.poll(() => batches).toEqual([[1]]);
  const others = [write(2), write(3)];
  written.shift()?.();
  await first;
  await expect.poll(() => batches).toEqual([[1], [2, 3]]);
  written.shift()?.();
  await Promise.all(others);
});

it("rows of a batch that fails fail, and no others", async () => {
  const write = createBatchedWriter<string>((rows) =>
    rows.includes("bad") ? Promise.reject(new Error("refused")) : Promise.resolve(),
  );
  const bad = write("bad");
  await expect(bad).rejects.toThrow("refused");
  await write("good");
});
