import { decodeText } from "@millrace/contract";
import {
  declaredBackground,
  declaredColumns,
  type DataItems,
  type ModelManifest,
  type Output,
  type PictureMeasures,
  type TabularColumn,
} from "@millrace/runners";
import { binMeasures } from "./picture-bins.js";
import { toBin, type BinnedMeasure } from "./bins.js";
import { explainableScoresOf, type Explainable } from "../models/explainable.js";
import { readPredictions } from "../explanations/predictions.js";

/** The feature whose bins are the predicted classes. */
export const predictionFeature = "prediction";

// Of a table with more columns, only the first ones are measured.
const maximumColumns = 50;
const maximumBinLength = 64;

/**
 * Measures one input for drift detection: the predicted class and simple features of the input (characters and words of a text;
 * bytes, pixels, brightness and contrast of an image; the columns of a row). Empty for models that return no class scores.
 *
 * @param pictures what the engine measured; a picture that is not among them is decoded here.
 */
export async function measureInput(
  manifest: ModelManifest,
  items: DataItems,
  outputs: Readonly<Record<string, Output>>,
  pictures: readonly PictureMeasures[] = [],
): Promise<BinnedMeasure[]> {
  const explainable = explainableScoresOf(manifest);
  if (explainable === undefined) return [];
  const predicted = readPredictions(outputs)?.predictions[0]?.class;
  if (predicted === undefined) return [];
  const bytes = items[explainable.item] ?? new Uint8Array();
  return [
    { feature: predictionFeature, bin: predicted.slice(0, maximumBinLength) },
    ...(await measureItem(explainable, manifest, bytes, pictures)),
  ];
}

async function measureItem(
  { kind, item }: Explainable,
  manifest: ModelManifest,
  bytes: Uint8Array,
  pictures: readonly PictureMeasures[],
): Promise<BinnedMeasure[]> {
  if (kind === "image") {
    const known = pictures.find((picture) => picture.item === item);
    const measures = known && binMeasures(known);
    // The decoder takes a tenth of a second to load.
    const { measurePicture } = await import("./measure-picture.js");
    return [
      { feature: "bytes", bin: toBin(bytes.byteLength) },
      ...(measures ?? (await measurePicture(bytes, declaredBackground(manifest, item)))),
    ];
  }
  const text = readText(bytes);
  if (kind === "text")
    return [
      { feature: "characters", bin: toBin(text.length) },
      { feature: "words", bin: toBin(text.match(/\S+/g)?.length ?? 0) },
    ];
  return measureColumns(declaredColumns(manifest, item), text);
}

/** As an explanation reads it. */
function readText(bytes: Uint8Array): string {
  try {
    return decodeText(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function measureColumns(columns: readonly TabularColumn[], text: string): BinnedMeasure[] {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch {
    return [];
  }
  if (typeof row !== "object" || row === null || Array.isArray(row)) return [];
  return Object.entries(row)
    .slice(0, maximumColumns)
    .map(([name, value]: [string, unknown]) => {
      const categories = columns.find((column) => column.name === name)?.categories;
      return { feature: `column ${name}`.slice(0, maximumBinLength), bin: binOf(value, categories) };
    });
}

/** Values of undeclared text columns may all be different, so they are binned by length. */
function binOf(value: unknown, categories: readonly string[] | undefined): string {
  if (typeof value === "number") return toBin(value);
  if (typeof value === "boolean" || value === null) return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return categories?.includes(text) === true ? text.slice(0, maximumBinLength) : `${toBin(text.length)} characters`;
}
