import { decodeText, TextEncodingError } from "@millrace/contract/decode-text";
import { checkNames, DuplicateName } from "@millrace/contract/json-names";
import { DataItemError } from "./data-item-error.js";
import { describeValue } from "./describe-value.js";
import {
  decodeNumbers,
  elementBytes,
  expectation,
  fits,
  toNumbers,
  type Datatype,
  type Numbers,
} from "./number-types.js";

/** A tensor of one input, without a batch dimension. */
export interface ItemValues {
  readonly shape: readonly number[];
  /** Texts of BYTES, else numbers of the datatype. */
  readonly values: Numbers | readonly string[];
}

// Nothing that a model takes has as many dimensions.
const mostDimensions = 32;

/** @throws DataItemError when the data item is no JSON in UTF-8, or one of its objects has a name twice. */
export function parseJsonItem(bytes: Uint8Array, item: string): unknown {
  try {
    const text = decodeText(bytes);
    const value: unknown = JSON.parse(text);
    // Lists of numbers have no names, and may be long.
    if (text.includes("{")) checkNames(text, value);
    return value;
  } catch (error) {
    if (error instanceof DuplicateName)
      throw new DataItemError(
        `Data item ${JSON.stringify(item)} has the name ${describeValue(error.duplicate)} twice in one object: send each name once.`,
      );
    if (error instanceof TextEncodingError)
      throw new DataItemError(`Data item ${JSON.stringify(item)} ${error.message}.`);
    throw new DataItemError(`Data item ${JSON.stringify(item)} is not JSON: ${(error as Error).message}.`);
  }
}

/**
 * A tensor from a JSON array, nested as deep as it has dimensions.
 *
 * @param shape what it must have; as the array is nested when not given.
 * @throws DataItemError when it is not such an array.
 */
export function valuesOfJson(
  bytes: Uint8Array,
  item: string,
  datatype: Datatype,
  shape?: readonly number[],
): ItemValues {
  const value = parseJsonItem(bytes, item);
  const found = shapeOf(value);
  if (found.length > mostDimensions)
    throw new DataItemError(`Data item ${JSON.stringify(item)} is nested deeper than ${mostDimensions} lists.`);
  const flat = [value].flat(mostDimensions + 1) as unknown[];
  const wanted = shape ?? found;
  if (flat.length !== elementCount(found) || flat.length !== elementCount(wanted))
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} has ${flat.length} values; ${shape === undefined ? "its rows differ in length" : `shape [${shape.join(", ")}] needs ${elementCount(shape)}`}.`,
    );
  if (datatype === "BYTES")
    return { shape: wanted, values: flat.map((one) => (typeof one === "string" ? one : writeJson(one, item))) };
  const wrong = flat.find((one) => !fits(datatype, one));
  if (wrong !== undefined)
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} has the value ${describeValue(wrong)}; expected ${datatype}, ${expectation(datatype)}.`,
    );
  return { shape: wanted, values: toNumbers(datatype, flat as number[]) };
}

/**
 * A tensor from the little-endian values of a file.
 *
 * @throws DataItemError when the file has more bytes or fewer than the shape needs.
 */
export function valuesOfBytes(
  bytes: Uint8Array,
  item: string,
  datatype: Exclude<Datatype, "BYTES">,
  shape: readonly number[],
): ItemValues {
  const expected = elementCount(shape) * elementBytes(datatype);
  if (bytes.byteLength !== expected)
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} has ${bytes.byteLength} bytes; ${datatype} of shape [${shape.join(", ")}] needs ${expected}.`,
    );
  return { shape, values: decodeNumbers(datatype, bytes) };
}

/** The number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner) && shape.length <= mostDimensions; inner = (inner as unknown[])[0])
    shape.push(inner.length);
  return shape;
}

function writeJson(value: unknown, item: string): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.stringify calls itself for every level.
    throw new DataItemError(`Data item ${JSON.stringify(item)} is nested too deeply (${(error as Error).message}).`);
  }
}
