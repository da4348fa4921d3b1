import type { InferenceSession } from "onnxruntime-node";
import { classify } from "./classification.js";
import { detect, type RawDetections } from "./detection.js";
import type { PreparedPicture } from "./image-tensor.js";
import { checkLabelCount, readLabels } from "./labels.js";
import type { DetectionPostprocessing, ImagePreprocessing, OnnxSettings } from "./onnx-settings.js";
import { splitOutput, type ModelOutputs } from "./output-tensor.js";

/**
 * What a model's outputs mean for each input of a run: what is answered as JSON, or an Error that fails this input alone.
 *
 * @throws Error when the outputs are not what model.yaml says.
 */
export type Interpret<Prepared> = (
  outputs: ModelOutputs,
  prepared: readonly Prepared[],
  everyClass: boolean,
) => (object | Error)[];

const notANumber = () => new Error("The model gave a score that is not a number for this input.");

/** @throws Error when the model cannot be what its postprocessing says. */
export async function createInterpretation(
  directory: string,
  { preprocess, postprocess }: OnnxSettings,
  session: InferenceSession,
): Promise<Interpret<unknown>> {
  const [firstOutput = ""] = session.outputNames;
  if (postprocess.kind === "tensors") {
    const names = postprocess.outputs ?? session.outputNames;
    return (outputs, prepared) => interpretTensors(outputs, names, prepared.length);
  }
  const labels = await readLabels(directory, postprocess);
  if (postprocess.kind === "detection") {
    if (preprocess.kind !== "image")
      throw new Error(
        "runner.postprocess.kind of its model.yaml is detection, which needs runner.preprocess.kind image.",
      );
    return createDetection(preprocess, postprocess, labels, firstOutput) as Interpret<unknown>;
  }
  const output = session.outputMetadata[0];
  const width = output?.isTensor === true ? output.shape.at(-1) : undefined;
  // A dimension that the file leaves open has a name, and shows itself in the first run.
  if (typeof width === "number") checkLabelCount(width, labels);
  return (outputs, prepared, everyClass) =>
    splitOutput(outputs, firstOutput, prepared.length).rows.map((values) => {
      checkLabelCount(values.length, labels);
      if (values.some(Number.isNaN)) return notANumber();
      return classify(values, labels, everyClass ? { ...postprocess, top: labels.length } : postprocess);
    });
}

function createDetection(
  { crop }: ImagePreprocessing,
  settings: DetectionPostprocessing,
  labels: readonly string[],
  firstOutput: string,
): Interpret<PreparedPicture> {
  return (outputs, prepared) => {
    const count = prepared.length;
    const boxes = splitOutput(outputs, settings.boxes ?? firstOutput, count);
    const [rows = 0, columns = 0] = settings.transposed === true ? boxes.shape.toReversed() : boxes.shape;
    if (boxes.shape.length !== 2 || columns < 4)
      throw new Error(
        `the output with the boxes has the shape [${[count, ...boxes.shape].join(", ")}]; expected [batch, boxes, 4 or more]` +
          `${settings.transposed === true ? " transposed" : ""}.`,
      );
    const scores = settings.scores === undefined ? undefined : splitOutput(outputs, settings.scores, count);
    const classes =
      settings.classes === undefined ? undefined : splitOutput(outputs, settings.classes, count, { integers: true });
    return prepared.map(({ frame }, index) => {
      const lay = (values: Float32Array, width: number) =>
        settings.transposed === true ? transpose(values, rows, width) : values;
      const ownScores = scores?.rows[index];
      const raw: RawDetections = {
        boxes: lay(boxes.rows[index] ?? new Float32Array(), columns),
        count: rows,
        width: columns,
        scores: ownScores === undefined ? undefined : lay(ownScores, ownScores.length / rows),
        classes: classes?.rows[index],
      };
      if (raw.boxes.some(Number.isNaN) || raw.scores?.some(Number.isNaN) === true) return notANumber();
      return detect(raw, labels, settings, crop, frame);
    });
  };
}

/** Rows from columns. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      result[row * columns + column] = values[column * rows + row] ?? 0;
  return result;
}

function interpretTensors(outputs: ModelOutputs, names: readonly string[], count: number): object[] {
  const split = names.map((name) => ({ name, ...splitOutput(outputs, name, count, { integers: true }) }));
  return Array.from({ length: count }, (_, index) => ({
    data: {
      result: Object.fromEntries(split.map(({ name, shape, rows }) => [name, nest(rows[index] ?? [], shape)])),
      explanation: null,
      drift: null,
    },
  }));
}

/** A list of lists, as deep as the shape is long; what is not finite has no place in JSON and is null. */
function nest(values: ArrayLike<number>, shape: readonly number[]): unknown {
  if (shape.length === 0) return Number.isFinite(values[0]) ? values[0] : null;
  const [length = 0, ...rest] = shape;
  const size = values.length / length;
  return Array.from({ length }, (_, index) =>
    nest(Array.prototype.slice.call(values, index * size, (index + 1) * size), rest),
  );
}
