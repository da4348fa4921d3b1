import type { TextExplanation } from "@millrace/contract";
import type { DataItems, RunOutcome } from "@millrace/runners";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { createExplainers } from "../../src/explanations/explainers.js";
import { answer, manifestOf, outputOf } from "./known-answers.js";

const explainers = createExplainers();
afterAll(() => explainers.close());

const { signal } = new AbortController();

const versionOf = (mediaType: string, maximumEngines = 1) => ({ manifest: manifestOf(mediaType), maximumEngines });

/** A model that looks at how long its input is. */
const byLength = async (batch: readonly DataItems[]) =>
  batch.map(({ input = new Uint8Array() }) => answer(1 / (1 + input.length / 1_000)));
const output = { name: "results.json", bytes: outputOf(0.5) };

const explainText = (text: string, options: object, run = byLength, within = signal) =>
  explainers.explain(
    versionOf("text/plain"),
    { columns: [], items: { input: Buffer.from(text) }, options, output },
    run,
    within,
  );

const explanationIn = (bytes: Uint8Array) =>
  (JSON.parse(Buffer.from(bytes).toString()) as { data: { explanation: TextExplanation } }).data.explanation;

test("explaining a long text, a wide picture and 20,000 samples does not block the main thread", async () => {
  const picture = await sharp({ create: { width: 6_000, height: 330, channels: 3, background: "#808080" } })
    .jpeg()
    .toBuffer();
  await explainText("The first explanation starts a thread.", { samples: 16 });
  let turns = 0;
  let turn = setImmediate(function take() {
    turns += 1;
    turn = setImmediate(take);
  });
  await Promise.all([
    explainText("some words, ".repeat(7_000), { samples: 100 }),
    explainText("word ".repeat(14), { samples: 20_000, method: "kernel-shap" }),
    explainers.explain(
      versionOf("image/jpeg"),
      { columns: [], items: { input: picture }, options: { samples: 32 }, output },
      byLength,
      signal,
    ),
  ]);
  clearImmediate(turn);
  // Hundreds of thousands here; hardly more than there are batches where this thread does the work itself.
  expect(turns).toBeGreaterThan(20_000);
});

test("a version with one engine computes one explanation at a time, in order of arrival", async () => {
  const open = new Set<number>();
  const ended: number[] = [];
  let most = 0;
  const explain = async (index: number) => {
    const run = (batch: readonly DataItems[]) => {
      most = Math.max(most, open.add(index).size);
      return byLength(batch);
    };
    await explainText(`text number ${index}`, { timeLimitMs: 60_000 }, run);
    open.delete(index);
    ended.push(index);
  };
  await Promise.all([0, 1, 2, 3, 4].map(explain));
  expect(most).toBe(1);
  expect(ended).toEqual([0, 1, 2, 3, 4]);
});

test("concurrent explanations do not change each other", async () => {
  const texts = ["The room was lovely, but the breakfast awful and the staff slow!", "Nothing at all."];
  const alone = [];
  for (const text of texts) alone.push(explanationIn(await explainText(text, { seed: 3, samples: 100 })));
  const together = await Promise.all(texts.map((text) => explainText(text, { seed: 3, samples: 100 })));
  expect(together.map(explanationIn)).toEqual(alone);
});

test("a time limit of a millisecond still gives a partial explanation", async () => {
  const slow = async (batch: readonly DataItems[]) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return byLength(batch);
  };
  const text = "one two three four five six seven eight nine ten eleven twelve";
  const explanation = explanationIn(await explainText(text, { timeLimitMs: 1, method: "lime" }, slow));
  expect(explanation).toMatchObject({ isPartial: true, samples: 16 });
  const shap = explanationIn(await explainText(text, { timeLimitMs: 1, method: "kernel-shap" }, slow));
  expect(shap).toMatchObject({ isPartial: true, samples: 18 });
});

test("an abort stops running and waiting explanations", async () => {
  const controller = new AbortController();
  const started = deferred();
  const never = () => {
    started.resolve(undefined);
    return new Promise<RunOutcome[]>(() => undefined);
  };
  const running = explainText("a b c", {}, never, controller.signal);
  const waiting = explainText("a b c", {}, byLength, controller.signal);
  const ended = [running, waiting].map((one) => expect(one).rejects.toThrow("The job was cancelled."));
  await started.promise;
  controller.abort(new Error("The job was cancelled."));
  await Promise.all(ended);
  // Its engine is free for the next one.
  expect(explanationIn(await explainText("a b c", {})).samples).toBe(8);
});

test("a failing model or a dead thread fails only its own explanation, with a message", async () => {
  await expect(explainText("a b c", {}, () => Promise.reject(new Error("Known crashed.")))).rejects.toThrow(
    "Known crashed.",
  );
  const own = createExplainers();
  const started = deferred();
  const task = { columns: [], items: { input: Buffer.from("a b c") }, options: {}, output };
  const dying = own.explain(
    versionOf("text/plain"),
    task,
    () => {
      started.resolve(undefined);
      return new Promise(() => undefined);
    },
    signal,
  );
  const ended = expect(dying).rejects.toThrow("its thread ended");
  await started.promise;
  await own.close();
  await ended;
  expect(explanationIn(await own.explain(versionOf("text/plain"), task, byLength, signal)).samples).toBe(8);
  await own.close();
});

function deferred() {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((give) => (resolve = give));
  return { promise, resolve };
}
