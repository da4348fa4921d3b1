import { elementCount } from "../tensors/item-values.js";
import { decodeNumbers, elementBytes, encodeNumbers, isNumberType, type NumberType } from "../tensors/number-types.js";

/** A tensor of the Open Inference Protocol: numbers, or byte strings for BYTES, in row-major order. */
export interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type TensorData =
  | { readonly kind: "numbers"; readonly values: ArrayLike<number | bigint | boolean> }
  | { readonly kind: "strings"; readonly values: readonly Uint8Array[] };

/**
 * A tensor of an answer whose shape was found to fit its values: what a server says of sizes is not believed, as much memory hangs on it.
 *
 * @throws Error when the shape is no list of whole numbers, or stands for another number of values than there are.
 */
export function checkedTensor(tensor: Tensor): Tensor {
  const { name, shape, data } = tensor;
  // A server's JSON may lack it, or hold anything.
  const sizes: unknown = shape;
  const isShape = Array.isArray(sizes) && sizes.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (isShape && elementCount(shape) === data.values.length) return tensor;
  throw notWhole(name, `it has ${data.values.length} values, but its shape is ${JSON.stringify(sizes) ?? "missing"}`);
}

/** Binary form: little-endian values; each byte string behind its length in four bytes. */
export function encodeTensor({ datatype, data }: Tensor): Buffer {
  if (data.kind === "numbers") return encodeNumbers(knownType(datatype), data.values);
  return Buffer.concat(
    data.values.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(value.byteLength);
      return [length, value];
    }),
  );
}

/** @throws Error when the bytes are not as many as the shape and the type need. */
export function decodeTensor(name: string, datatype: string, shape: readonly number[], bytes: Uint8Array): Tensor {
  if (datatype === "BYTES") return checkedTensor({ name, datatype, shape, data: readStrings(name, bytes) });
  const type = knownType(datatype);
  if (bytes.byteLength % elementBytes(type) !== 0)
    throw notWhole(name, `its ${bytes.byteLength} bytes are not a whole number of ${datatype} values`);
  return checkedTensor({ name, datatype, shape, data: { kind: "numbers", values: decodeNumbers(type, bytes) } });
}

function readStrings(name: string, bytes: Uint8Array): TensorData {
  const values: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset + 4 <= bytes.byteLength;) {
    const end = offset + 4 + view.getUint32(offset, true);
    if (end > bytes.byteLength) throw notWhole(name, "a byte string ends after it");
    values.push(bytes.subarray(offset + 4, end));
    offset = end;
  }
  return { kind: "strings", values };
}

function knownType(datatype: string): NumberType {
  if (isNumberType(datatype)) return datatype;
  throw new Error(`a tensor has the unknown type ${JSON.stringify(datatype)}.`);
}

function notWhole(name: string, found: string): Error {
  return new Error(`tensor ${JSON.stringify(name)} of the response is malformed: ${found}.`);
}
