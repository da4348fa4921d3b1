import { expect, test } from "vitest";
import { createAskModel, type ModelAnswer } from "./ask-model.js";

const answer = (scores: Record<string, number>): ModelAnswer => ({
  predictions: Object.entries(scores).map(([name, score]) => ({ class: name, score })),
});
const refused: ModelAnswer = { predictions: undefined };

function asked(answers: readonly ModelAnswer[], classes = ["cat"], isTimeUp = () => false, maximumBatchSize = 2) {
  const batches: number[] = [];
  const model = createAskModel({
    classes,
    maximumBatchSize,
    isTimeUp,
    async run(batch) {
      batches.push(batch.length);
      return batch.map(({ at }) => answers[at?.[0] ?? 0] ?? refused);
    },
  });
  const places = answers.map((_, place) => place);
  return { model, batches, places, make: (place: number) => [{ at: Uint8Array.of(place) }] };
}

test("answers are in the order of the questions, and a refused question has no scores", async () => {
  const { model, batches, places, make } = asked([answer({ cat: 0.1 }), refused, answer({ cat: 0.3 })]);
  const { answers, isPartial } = await model.ask(places, make);
  expect(answers.map(({ scores }) => scores)).toEqual([[0.1], undefined, [0.3]]);
  expect([isPartial, batches, model.calls()]).toEqual([false, [2, 1], 3]);
});

test.each([
  ["the least of the best", { dog: 0.5, cow: 0.2 }, 0.2],
  ["what they leave of 1", { dog: 0.7, cow: 0.25 }, 0.05],
  ["the least, where scores are no shares", { dog: 7, cow: -2 }, -2],
])("a class missing from the top classes has at most %s", async (_, scores, bound) => {
  const { model, places, make } = asked([answer(scores), answer({ cat: 0.6 })]);
  const { answers } = await model.ask(places, make);
  expect(answers[0]?.scores?.[0]).toBeCloseTo(bound);
  expect(model.missingShares()).toEqual([0.5]);
});

test("a class that is named twice is not explained", async () => {
  const twice = { predictions: ["crane", "boat", "crane"].map((name, at) => ({ class: name, score: 0.5 - at / 10 })) };
  const crane = asked([twice], ["crane"]);
  await expect(crane.model.ask(crane.places, crane.make)).rejects.toThrow(
    'The model\'s answer names the class "crane" more than once',
  );
  const boat = asked([twice], ["boat"]);
  expect((await boat.model.ask(boat.places, boat.make)).answers[0]?.scores).toEqual([0.4]);
});

test("several inputs count as their mean", async () => {
  const { model } = asked([answer({ cat: 0.2 }), answer({ cat: 0.6 }), answer({ cat: 1 })]);
  const { answers } = await model.ask([0], () => [0, 1, 2].map((place) => ({ at: Uint8Array.of(place) })));
  expect(answers[0]?.scores?.[0]).toBeCloseTo(0.6);
});

test("asks the first two questions even if the time is up, and no more", async () => {
  const same = Array.from({ length: 5 }, () => answer({ cat: 0.5 }));
  const { model, places, make } = asked(same, ["cat"], () => true, 1);
  const { answers, isPartial } = await model.ask(places, make);
  expect([answers.length, isPartial]).toEqual([2, true]);
});

test("generates perturbations while the model runs, not all in advance", async () => {
  const drawn: number[] = [];
  let drawnAtFirstRun = -1;
  const { ask } = createAskModel({
    classes: ["cat"],
    maximumBatchSize: 4,
    isTimeUp: () => false,
    async run(batch) {
      if (drawnAtFirstRun < 0) drawnAtFirstRun = drawn.length;
      return batch.map(() => answer({ cat: 1 }));
    },
  });
  function* draw() {
    for (let place = 0; place < 100; place += 1) {
      drawn.push(place);
      yield place;
    }
  }
  expect((await ask(draw(), () => [{}])).answers).toHaveLength(100);
  expect(drawnAtFirstRun).toBe(4);
});

test("reads answers while the model runs the next batch", async () => {
  const events: string[] = [];
  const { ask } = createAskModel({
    classes: ["cat"],
    maximumBatchSize: 1,
    isTimeUp: () => false,
    async run() {
      events.push("run");
      return [
        {
          get predictions() {
            events.push("read");
            return [{ class: "cat", score: 1 }];
          },
        },
      ];
    },
  });
  await ask([0, 1, 2], () => [{}]);
  expect(events).toEqual(["run", "run", "read", "run", "read", "read"]);
});
