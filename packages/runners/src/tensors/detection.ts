import { activate } from "./activation.js";
import type { FloatValues } from "./output-tensor.js";
import type { PictureFrame } from "./picture-frame.js";
import type { DetectionPostprocessing } from "./postprocess-settings.js";

/** A thing in a picture. */
export interface Detection {
  readonly class: string;
  readonly score: number;
  /** In pixels of the picture as it is seen, from its upper left corner. */
  readonly boundingBox: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface DetectionOutput {
  readonly data: {
    readonly result: { readonly detections: readonly Detection[] };
    readonly explanation: null;
    readonly drift: null;
  };
}

/** What a model gave for one picture. */
export interface RawDetections {
  /** Four numbers for each box, and its scores behind them where `scores` is not given. */
  readonly boxes: FloatValues;
  readonly count: number;
  /** Numbers for each box in `boxes`: 4, or 4 and the scores. */
  readonly width: number;
  readonly scores?: FloatValues | undefined;
  readonly classes?: FloatValues | undefined;
}

interface Candidate {
  readonly label: number;
  readonly score: number;
  /** Left, top, right, bottom, in pixels of what the model sees. */
  readonly corners: Corners;
}
type Corners = readonly [left: number, top: number, right: number, bottom: number];

/**
 * The best boxes of a picture, each with its best class, the best first. Of boxes of one class that overlap the better one stays: greedy
 * non-maximum suppression, as in Felzenszwalb et al., Object Detection with Discriminatively Trained Part-Based Models, 2010, section 5.2.
 *
 * @param seen the size of what the model sees, in pixels.
 * @throws Error when the model gives another number of scores than it has labels.
 */
export function detect(
  raw: RawDetections,
  labels: readonly string[],
  settings: DetectionPostprocessing,
  seen: { readonly width: number; readonly height: number },
  frame: PictureFrame,
): DetectionOutput {
  const candidates: Candidate[] = [];
  for (let box = 0; box < raw.count; box += 1) {
    const { label, score } = bestClass(raw, box, labels, settings);
    if (!(score >= settings.minimumScore)) continue;
    candidates.push({ label, score, corners: cornersOf(raw, box, settings, seen) });
  }
  candidates.sort((a, b) => b.score - a.score);
  const detections = suppress(candidates, settings)
    .map(({ label, score, corners }) => ({
      class: labels[label] ?? String(label),
      score,
      boundingBox: placeInPicture(corners, frame),
    }))
    .filter(({ boundingBox: { width, height } }) => width > 0 && height > 0);
  return { data: { result: { detections }, explanation: null, drift: null } };
}

/** The scores of each box, where they are not of one class that the model chose itself. */
export function scoreRows({ boxes, width, count, scores }: RawDetections): FloatValues[] {
  const each = scores === undefined ? width - 4 : scores.length / count;
  return Array.from({ length: count }, (_, box) =>
    scores === undefined
      ? boxes.subarray(box * width + 4, (box + 1) * width)
      : scores.subarray(box * each, (box + 1) * each),
  );
}

function bestClass(
  { boxes, width, count, scores, classes }: RawDetections,
  box: number,
  labels: readonly string[],
  settings: DetectionPostprocessing,
): { label: number; score: number } {
  const { activation, background } = settings;
  if (classes !== undefined)
    return { label: classes[box] ?? 0, score: activate((scores ?? boxes).subarray(box, box + 1), activation)[0] ?? 0 };
  const each = scoreCount(scores === undefined ? width - 4 : scores.length / count, labels, settings);
  const row =
    scores === undefined
      ? boxes.subarray(box * width + 4, (box + 1) * width)
      : scores.subarray(box * each, (box + 1) * each);
  const values = activate(row, activation);
  const offset = background === "first" ? 1 : 0;
  let label = 0;
  for (let index = 1; index < labels.length; index += 1)
    if ((values[index + offset] ?? 0) > (values[label + offset] ?? 0)) label = index;
  return { label, score: values[label + offset] ?? 0 };
}

/**
 * How many scores each box has.
 *
 * @throws Error when they are not as many as there are labels.
 */
export function scoreCount(
  found: number,
  labels: readonly string[],
  { background }: Pick<DetectionPostprocessing, "background">,
): number {
  const expected = labels.length + (background === undefined ? 0 : 1);
  if (found === expected) return found;
  throw new Error(
    `it returns ${found} scores for a box, but ${expected} are expected: the number of labels is ${labels.length}` +
      `${background === undefined ? "" : ", and one is the background"}; correct runner.postprocess of its model.yaml.`,
  );
}

function cornersOf(
  { boxes, width }: RawDetections,
  box: number,
  { format, coordinates }: DetectionPostprocessing,
  seen: { readonly width: number; readonly height: number },
): Corners {
  const [a = 0, b = 0, c = 0, d = 0] = boxes.subarray(box * width, box * width + 4);
  const [x, y] = coordinates === "relative" ? [seen.width, seen.height] : [1, 1];
  switch (format) {
    case "xyxy":
      return [a * x, b * y, c * x, d * y];
    case "yxyx":
      return [b * x, a * y, d * x, c * y];
    case "xywh":
      return [a * x, b * y, (a + c) * x, (b + d) * y];
    case "cxcywh":
      return [(a - c / 2) * x, (b - d / 2) * y, (a + c / 2) * x, (b + d / 2) * y];
  }
}

function suppress(candidates: readonly Candidate[], { overlap, top }: DetectionPostprocessing): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    if (kept.length === top) break;
    const isCovered =
      overlap !== undefined &&
      kept.some((one) => one.label === candidate.label && overlapOf(one.corners, candidate.corners) > overlap);
    if (!isCovered) kept.push(candidate);
  }
  return kept;
}

/** Intersection over union. */
function overlapOf(a: Corners, b: Corners): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = ([left, top, right, bottom]: Corners) => (right - left) * (bottom - top);
  return (width * height) / (area(a) + area(b) - width * height);
}

/** Within the picture, to a hundredth of a pixel. */
function placeInPicture(corners: Corners, frame: PictureFrame): Detection["boundingBox"] {
  const x = (value: number) => Math.min(frame.width, Math.max(0, value * frame.scaleX + frame.left));
  const y = (value: number) => Math.min(frame.height, Math.max(0, value * frame.scaleY + frame.top));
  const round = (value: number) => Math.round(value * 100) / 100;
  const [left, top, right, bottom] = [x(corners[0]), y(corners[1]), x(corners[2]), y(corners[3])];
  return { x: round(left), y: round(top), width: round(right - left), height: round(bottom - top) };
}
