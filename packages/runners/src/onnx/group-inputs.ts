import type { PictureMeasures } from "../runner.js";
import type { InputFacts } from "../tensors/output-meaning.js";
import type { Prepared } from "./preparation.js";

/** The data items of one input, by each of the preparations. */
export type PreparedInput = readonly Prepared[];

export interface GroupLimits {
  /** Not on a GPU. */
  readonly isOnProcessor: boolean;
  /** Whether texts of several lengths can be one batch. */
  readonly canPad: boolean;
  /** The number of inputs that the model's file fixes for every run. */
  readonly fixedSize: number | undefined;
}

const mostPadding = 1.15;

// On a processor, a batch of photographs is no faster than one after another, and each takes as much memory for what is computed in between.
const mostRunBytes = 2 ** 20;

/** Whether an input is a batch of its own, whatever the others are. */
export function runsAlone(input: PreparedInput, limits: GroupLimits): boolean {
  return mostInputsLike(input, limits) === 1;
}

function mostInputsLike(input: PreparedInput, { isOnProcessor, fixedSize }: GroupLimits): number {
  if (fixedSize !== undefined || !isOnProcessor) return fixedSize ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(mostRunBytes / bytesOf(input)));
}

/** Of its tensors; tokens and texts are small. */
function bytesOf(input: PreparedInput): number {
  return input.reduce(
    (sum, one) => sum + ("tokens" in one || !ArrayBuffer.isView(one.values) ? 1 : one.values.byteLength),
    0,
  );
}

/**
 * What can be one batch: tensors of one shape, texts of nearly one length (padding costs as much as text), as many as the model
 * takes. On a processor, large tensors run one after another where the model takes any number.
 */
export function groupInputs<Item extends { readonly input: PreparedInput }>(
  items: readonly Item[],
  limits: GroupLimits,
): Item[][] {
  const padding = limits.canPad ? mostPadding : 1;
  const mostInputs = ({ input }: Item) => mostInputsLike(input, limits);
  const lengthOf = ({ input }: Item) => factsOf(input).tokenCount ?? 1;
  const shapesOf = ({ input }: Item) => JSON.stringify(input.map((one) => ("tokens" in one ? null : one.shape)));
  const sorted = [...items].sort((a, b) => lengthOf(a) - lengthOf(b));
  const open = new Map<string, Item[]>();
  const groups: Item[][] = [];
  for (const item of sorted) {
    const shapes = shapesOf(item);
    const group = open.get(shapes);
    const [shortest] = group ?? [];
    if (
      group !== undefined &&
      shortest !== undefined &&
      group.length < mostInputs(item) &&
      lengthOf(item) <= lengthOf(shortest) * padding
    ) {
      group.push(item);
      continue;
    }
    const fresh = [item];
    open.set(shapes, fresh);
    groups.push(fresh);
  }
  return groups;
}

/** What is needed to understand the answer to an input. */
export function factsOf(input: PreparedInput): InputFacts {
  return input.reduce<InputFacts>((facts, one) => {
    if ("tokens" in one) return { ...facts, tokenCount: one.tokens.ids.length, padsLeft: one.tokens.padsLeft };
    return one.frame === undefined ? facts : { ...facts, frame: one.frame };
  }, {});
}

/** The measures of its pictures. */
export function measuresOf(input: PreparedInput): readonly PictureMeasures[] {
  return input.flatMap((one) => ("tokens" in one || one.measures === undefined ? [] : [one.measures]));
}
