import {
  explanationMethods,
  type Explanation,
  type ImageExplanation,
  type TabularExplanation,
  type TextExplanation,
} from "../contract.js";

/** Word importances, from the platform or the model. */
export type WordImportances = Pick<TextExplanation, "wordImportance">;

/** Masks of an image, from the platform (with a heat map) or the model. */
export type ImageRegions = Pick<ImageExplanation, "maskRLE" | "dimensions"> &
  Partial<Pick<ImageExplanation, "heatMap">>;

/** Column importances, from the platform or the model. */
export type FeatureImportances = Pick<TabularExplanation, "featureImportance">;

// As many as image libraries open; a mask of more would only fill the memory.
const maximumPixels = 0x3fff ** 2;

const methods: ReadonlySet<string> = new Set(explanationMethods);

/** Whether these are words with their places and scores. Every entry is looked at: a model may return anything. */
export function isTextExplanation(explanation: unknown): explanation is WordImportances {
  return isObject(explanation) && isArrayOf(explanation["wordImportance"], isWord);
}

/** Whether these are masks that fit their picture, with or without a heat map. */
export function isImageExplanation(explanation: unknown): explanation is ImageRegions {
  if (!isObject(explanation)) return false;
  const { dimensions, maskRLE, heatMap } = explanation;
  if (!isObject(dimensions)) return false;
  const { width, height } = dimensions;
  if (!isCount(width) || !isCount(height)) return false;
  const pixels = width * height;
  if (pixels === 0 || pixels > maximumPixels) return false;
  const isMask = (runs: unknown) => isArrayOf(runs, isCount) && runs.reduce((sum, run) => sum + run, 0) === pixels;
  return isArrayOf(maskRLE, isMask) && (heatMap === undefined || isHeatMap(heatMap));
}

/** Whether these are columns with their scores. */
export function isTabularExplanation(explanation: unknown): explanation is FeatureImportances {
  return isObject(explanation) && isArrayOf(explanation["featureImportance"], isFeature);
}

/** Whether the platform made it, so that it says how: `method`, `samples`, `fidelity` and so on. */
export function isPlatformExplanation(explanation: unknown): explanation is Explanation {
  if (!isMade(explanation)) return false;
  const { otherClasses } = explanation;
  return otherClasses === undefined || isArrayOf(otherClasses, isMade);
}

function isMade(explanation: unknown): explanation is Readonly<Record<string, unknown>> {
  return (
    isObject(explanation) &&
    typeof explanation["method"] === "string" &&
    methods.has(explanation["method"]) &&
    typeof explanation["class"] === "string" &&
    isNumber(explanation["baseValue"]) &&
    isCount(explanation["samples"]) &&
    isCount(explanation["seed"]) &&
    isNumberOrNull(explanation["fidelity"]) &&
    isNumberOrNull(explanation["additivityResidual"]) &&
    typeof explanation["isPartial"] === "boolean" &&
    (explanation["modelCalls"] === undefined || isCount(explanation["modelCalls"])) &&
    (explanation["missingShare"] === undefined || isNumber(explanation["missingShare"])) &&
    (explanation["notice"] === undefined || typeof explanation["notice"] === "string") &&
    (isTextExplanation(explanation) ||
      isTabularExplanation(explanation) ||
      (isImageExplanation(explanation) && explanation.heatMap !== undefined))
  );
}

function isWord(word: unknown): boolean {
  return (
    isObject(word) &&
    typeof word["word"] === "string" &&
    isCount(word["start"]) &&
    isCount(word["end"]) &&
    word["start"] <= word["end"] &&
    isNumber(word["score"])
  );
}

function isFeature(feature: unknown): boolean {
  return (
    isObject(feature) &&
    typeof feature["feature"] === "string" &&
    typeof feature["condition"] === "string" &&
    isNumber(feature["score"])
  );
}

function isHeatMap(rows: unknown): boolean {
  if (!isArrayOf(rows, (row) => isArrayOf(row, isNumber))) return false;
  const [first] = rows as unknown[][];
  return first !== undefined && first.length > 0 && (rows as unknown[][]).every((row) => row.length === first.length);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Finite: NaN and infinities cannot be drawn. */
export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || isNumber(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isArrayOf<Item>(values: unknown, isItem: (value: unknown) => value is Item): values is Item[];
function isArrayOf(values: unknown, isItem: (value: unknown) => boolean): values is unknown[];
function isArrayOf(values: unknown, isItem: (value: unknown) => boolean): boolean {
  return Array.isArray(values) && values.every((value) => isItem(value));
}
