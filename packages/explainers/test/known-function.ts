import type { AskModel } from "../src/ask-model.js";
import type { HidingInput } from "../src/coalition.js";

/** A function of coalitions as the model that is asked, with how often it was asked about each. */
export function askFunction(size: number, score: (kept: readonly number[]) => number | undefined) {
  const asked = new Map<string, number>();
  const input: HidingInput = {
    size,
    whole: { kept: new Uint8Array(size).fill(1) },
    hide: (coalition) => [{ kept: Uint8Array.from(coalition) }],
  };
  const ask: AskModel = async (changes, make) => {
    const answers = [];
    for (const change of changes) {
      const kept = Array.from((await make(change))[0]?.["kept"] ?? []);
      asked.set(kept.join(""), (asked.get(kept.join("")) ?? 0) + 1);
      const value = score(kept);
      answers.push({ change, scores: value === undefined ? undefined : [value] });
    }
    return { answers, isPartial: false };
  };
  return { input, ask, asked };
}
