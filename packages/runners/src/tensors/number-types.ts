import { getFloat16, setFloat16 } from "@petamoriken/float16";

/** Types of a tensor's elements, by the names of the Open Inference Protocol. BYTES are texts or files, all others numbers. */
export const datatypes = [
  ...(["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64"] as const),
  ...(["FP16", "BF16", "FP32", "FP64", "BYTES"] as const),
] as const;
export type Datatype = (typeof datatypes)[number];
export type NumberType = Exclude<Datatype, "BYTES">;

/** Numbers of one type; those of 16-bit floats are held as 32-bit floats. */
export type Numbers =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

const arrays = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Float32Array,
  BF16: Float32Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const;

export function isNumberType(datatype: string): datatype is NumberType {
  return Object.hasOwn(arrays, datatype);
}

/** How many bytes a value takes in its binary form. */
export function elementBytes(datatype: NumberType): number {
  return datatype === "FP16" || datatype === "BF16" ? 2 : arrays[datatype].BYTES_PER_ELEMENT;
}

/** The smallest and the largest value of a type of whole numbers; undefined for other types. */
function rangeOf(datatype: NumberType): readonly [smallest: bigint, largest: bigint] | undefined {
  const [, unsigned, bits] = /^(U?)INT(\d+)$/.exec(datatype) ?? [];
  if (bits === undefined) return undefined;
  const count = 1n << BigInt(Number(bits) - (unsigned === "" ? 1 : 0));
  return [unsigned === "" ? -count : 0n, count - 1n];
}

/** Whether a value from JSON can be an element: numbers beyond 2^53, which JSON does not keep, as a string of digits. */
export function fits(datatype: NumberType, value: unknown): value is number | boolean | string {
  if (datatype === "BOOL") return typeof value === "boolean" || value === 0 || value === 1;
  const range = rangeOf(datatype);
  if (range === undefined) return typeof value === "number" && Number.isFinite(value);
  const isDigits = typeof value === "string" && datatype.endsWith("64") && /^-?\d{1,20}$/.test(value);
  if (!isDigits && !Number.isSafeInteger(value)) return false;
  const whole = BigInt(value as number | string);
  return whole >= range[0] && whole <= range[1];
}

/** What {@link fits}, in words. */
export function expectation(datatype: NumberType): string {
  if (datatype === "BOOL") return "true or false";
  const range = rangeOf(datatype);
  if (range === undefined) return "a number";
  const beyond = datatype.endsWith("64") ? `, beyond ${Number.MAX_SAFE_INTEGER} as a string of digits` : "";
  return `a whole number from ${range[0]} to ${range[1]}${beyond}`;
}

/** Values that {@link fits} found to be of the type. */
export function toNumbers(datatype: NumberType, values: ArrayLike<number | bigint | boolean | string>): Numbers {
  if (datatype === "INT64") return BigInt64Array.from(Array.from(values, BigInt));
  if (datatype === "UINT64") return BigUint64Array.from(Array.from(values, BigInt));
  return (arrays[datatype] as Float32ArrayConstructor).from(values as ArrayLike<number>, Number) as Numbers;
}

/** Numbers as near as the type has them: rounded, and no further than its range, where it has whole numbers only. */
export function nearestNumbers(datatype: NumberType, values: Float32Array): Numbers {
  const range = datatype === "BOOL" ? [0n, 1n] : rangeOf(datatype);
  if (range === undefined) return toNumbers(datatype, values);
  const [smallest, largest] = [Number(range[0]), Number(range[1])];
  return toNumbers(
    datatype,
    values.map((value) => Math.min(largest, Math.max(smallest, Math.round(value)))),
  );
}

/** Whether a type has whole numbers only. */
export function isWhole(datatype: NumberType): boolean {
  return datatype === "BOOL" || rangeOf(datatype) !== undefined;
}

/** Little-endian values. */
export function encodeNumbers(datatype: NumberType, values: ArrayLike<number | bigint | boolean>): Buffer {
  if (datatype === "FP16" || datatype === "BF16") {
    const bits = toHalves(datatype, values as ArrayLike<number>);
    return Buffer.from(bits.buffer, bits.byteOffset, bits.byteLength);
  }
  const numbers = toNumbers(datatype, values);
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** @param bytes as many as whole values take. */
export function decodeNumbers(datatype: NumberType, bytes: Uint8Array): Numbers {
  // A view may start anywhere in its buffer; typed arrays must not.
  const { buffer } = new Uint8Array(bytes);
  return datatype === "FP16" || datatype === "BF16"
    ? fromHalves(datatype, new Uint16Array(buffer))
    : new arrays[datatype](buffer);
}

/** The bits of 16-bit floats, each rounded to the nearest that there is. */
export function toHalves(datatype: "FP16" | "BF16", values: ArrayLike<number>): Uint16Array {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  for (let index = 0; index < values.length; index += 1) {
    const value = Number(values[index]);
    if (datatype === "FP16") setFloat16(view, index * 2, value, true);
    else view.setUint16(index * 2, brainFloat(value), true);
  }
  return new Uint16Array(view.buffer);
}

/** 16-bit floats from their bits. */
export function fromHalves(datatype: "FP16" | "BF16", bits: Uint16Array): Float32Array {
  if (datatype === "BF16") return new Float32Array(Uint32Array.from(bits, (value) => value << 16).buffer);
  const view = new DataView(bits.buffer, bits.byteOffset, bits.byteLength);
  return Float32Array.from(bits, (_, index) => getFloat16(view, index * 2, true));
}

/** The upper half of a 32-bit float, rounded to the nearest, ties to even. */
function brainFloat(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  return Number.isNaN(value) ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
