import { softmaxTwice } from "./activation.js";
import { detect, scoreCount, scoreRows, type RawDetections } from "./detection.js";
import type { Interpretation } from "./output-meaning.js";
import { describeOutputs, namedOutput, requireTensor, type OutputDescription } from "./output-choice.js";
import { nonFiniteFault, splitNumbers, type FloatValues } from "./output-tensor.js";
import type { DetectionPostprocessing } from "./postprocess-settings.js";

/**
 * The outputs that hold boxes, their scores and their classes.
 *
 * @throws Error naming the setting, when the model does not have them.
 */
function chooseOutputs(settings: DetectionPostprocessing, outputs: readonly OutputDescription[]) {
  const named = (setting: "boxes" | "scores" | "classes") => {
    const name = settings[setting];
    return name === undefined ? undefined : namedOutput(outputs, name, `runner.postprocess.${setting}`);
  };
  const boxes = named("boxes") ?? outputs[0];
  if (boxes === undefined) throw new Error("it has no outputs.");
  requireTensor(boxes);
  return { boxes, scores: named("scores"), classes: named("classes") };
}

/** @throws Error naming the setting, when the outputs cannot hold what the settings say. */
export function checkDetectionOutputs(
  settings: DetectionPostprocessing,
  labels: readonly string[],
  outputs: readonly OutputDescription[],
): void {
  const { boxes, scores, classes } = chooseOutputs(settings, outputs);
  if (boxes.shape !== undefined) checkBoxes(boxes.shape, settings);
  if (classes !== undefined) return;
  const widthOf = ({ shape }: OutputDescription) => (settings.transposed === true ? shape?.[1] : shape?.[2]);
  const width = widthOf(scores ?? boxes);
  if (typeof width === "number") scoreCount(scores === undefined ? width - 4 : width, labels, settings);
}

function checkBoxes(shape: readonly (number | string)[], { transposed = false }: DetectionPostprocessing): void {
  const columns = transposed ? shape[1] : shape[2];
  if (shape.length === 3 && (typeof columns !== "number" || columns >= 4)) return;
  throw new Error(
    `the output with the boxes has the shape [${shape.join(", ")}]; expected [batch, boxes, 4 or more]${transposed ? " transposed" : ""}, as runner.postprocess of its model.yaml says.`,
  );
}

/** Boxes in pictures. */
export function createDetection(
  settings: DetectionPostprocessing,
  labels: readonly string[],
  picture: { readonly width: number; readonly height: number },
  known: readonly OutputDescription[] | undefined,
): Interpretation {
  const chosen = known === undefined ? undefined : chooseOutputs(settings, known);
  const isTransposed = settings.transposed === true;
  return {
    ...(chosen === undefined
      ? {}
      : { needed: Object.values(chosen).flatMap((one) => (one === undefined ? [] : [one.name])) }),
    interpret(outputs, inputs) {
      const { boxes: boxesOutput, scores, classes } = chosen ?? chooseOutputs(settings, describeOutputs(outputs));
      const split = ({ name }: OutputDescription) => splitNumbers(outputs, name, inputs.length);
      const boxes = split(boxesOutput);
      checkBoxes([inputs.length, ...boxes.shape], settings);
      const [count = 0, width = 0] = isTransposed ? boxes.shape.toReversed() : boxes.shape;
      const [ownScores, ownClasses] = [scores && split(scores), classes && split(classes)];
      const lay = (values: FloatValues, columns: number) => (isTransposed ? transpose(values, count, columns) : values);
      return inputs.map(({ frame }, index) => {
        const scoresHere = ownScores?.rows[index];
        const raw: RawDetections = {
          boxes: lay(boxes.rows[index] ?? new Float32Array(), width),
          count,
          width,
          scores: scoresHere === undefined ? undefined : lay(scoresHere, scoresHere.length / count),
          classes: ownClasses?.rows[index],
        };
        const fault =
          faultOf(boxesOutput, raw.boxes, count) ??
          faultOf(scores, raw.scores, count) ??
          faultOf(classes, raw.classes, count);
        if (fault !== undefined) return fault;
        if (frame === undefined) return new Error("This input has no image for its boxes.");
        const notice =
          classes === undefined
            ? softmaxTwice((scores ?? boxesOutput).name, settings.activation, scoreRows(raw))
            : undefined;
        return { answer: detect(raw, labels, settings, picture, frame), notice };
      });
    },
  };
}

/** Every number counts, also that of a box whose score is too low to be answered. */
function faultOf(
  output: OutputDescription | undefined,
  values: FloatValues | undefined,
  boxCount: number,
): Error | undefined {
  if (output === undefined || values === undefined) return undefined;
  const width = values.length / boxCount;
  return nonFiniteFault(output.name, values, (index) => `for box ${Math.floor(index / width)}`);
}

/** Rows from columns. */
function transpose(values: FloatValues, rows: number, columns: number): FloatValues {
  const result = new Float64Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      result[row * columns + column] = values[column * rows + row] ?? 0;
  return result;
}
