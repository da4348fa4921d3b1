import type { Datatype } from "./open-inference-settings.js";

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

type NumberArray = (new (buffer: ArrayBuffer) => ArrayLike<number | bigint>) & { readonly BYTES_PER_ELEMENT: number };

const arrays: Readonly<Record<Exclude<Datatype, "BYTES">, NumberArray>> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

/** How many bytes a value takes in the binary form. */
export function elementBytes(datatype: Exclude<Datatype, "BYTES">): number {
  return arrays[datatype].BYTES_PER_ELEMENT;
}

/** The number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

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
  throw sizeError(
    name,
    `it has ${data.values.length} values for the shape ${JSON.stringify(sizes) ?? "that is not there"}`,
  );
}

/** Binary form: little-endian values; each byte string behind its length in four bytes. */
export function encodeTensor({ datatype, data }: Tensor): Buffer {
  if (data.kind === "strings") {
    return Buffer.concat(
      data.values.flatMap((value) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(value.byteLength);
        return [length, value];
      }),
    );
  }
  const known = arrayOf(datatype);
  const whole = known.BYTES_PER_ELEMENT === 8 && datatype !== "FP64";
  const numbers = Array.from(data.values, (value) => (whole ? BigInt(value) : Number(value)));
  const typed = (known as unknown as { from(values: unknown[]): Uint8Array }).from(numbers);
  return Buffer.from(typed.buffer, typed.byteOffset, typed.byteLength);
}

/** @throws Error when the bytes are not as many as the shape and the type need. */
export function decodeTensor(name: string, datatype: string, shape: readonly number[], bytes: Uint8Array): Tensor {
  if (datatype === "BYTES") {
    const values: Uint8Array[] = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let offset = 0; offset + 4 <= bytes.byteLength;) {
      const end = offset + 4 + view.getUint32(offset, true);
      if (end > bytes.byteLength) throw sizeError(name, "a byte string ends behind its tensor");
      values.push(bytes.subarray(offset + 4, end));
      offset = end;
    }
    return checkedTensor({ name, datatype, shape, data: { kind: "strings", values } });
  }
  const known = arrayOf(datatype);
  if (bytes.byteLength % known.BYTES_PER_ELEMENT !== 0)
    throw sizeError(name, `its ${bytes.byteLength} bytes are no whole values of ${datatype}`);
  // A view into the answer may start anywhere; typed arrays must not.
  const values = new known(new Uint8Array(bytes).buffer);
  return checkedTensor({ name, datatype, shape, data: { kind: "numbers", values } });
}

function arrayOf(datatype: string): NumberArray {
  const known = (arrays as Readonly<Record<string, NumberArray | undefined>>)[datatype];
  if (known === undefined) throw new Error(`a tensor has the type ${JSON.stringify(datatype)}, which is not known.`);
  return known;
}

function sizeError(name: string, found: string): Error {
  return new Error(`tensor ${JSON.stringify(name)} of the answer is not whole: ${found}.`);
}
