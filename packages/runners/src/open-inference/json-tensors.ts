import { describeValue } from "../tensors/describe-value.js";
import { isWhole, isNumberType } from "../tensors/number-types.js";
import { checkedTensor, type Tensor } from "./tensor.js";

/** A tensor in the JSON of the protocol. */
export interface JsonTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters?: { readonly binary_data_size?: number };
  readonly data?: unknown;
}

// What Python writes for floats that JSON has no word for, and whole numbers of 16 digits or more, which JavaScript would round.
const unsafe = /NaN|Infinity|(?<![\d.])\d{16,}(?![\d.eE])/;
// A text that does not end goes to the end, or each of its quotes would be tried as a beginning.
const unsafeOrText = /"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|-?(?:NaN|Infinity)|(?<![\d.])-?\d{16,}(?![\d.eE])/g;

// No server's tensors have as many; data may be a flat list or nested as the shape is.
const mostDimensions = 64;

/** JSON with such numbers as texts; {@link fromJson} knows them by the type of their tensor. */
export function parseJson(text: string): unknown {
  if (!unsafe.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(unsafeOrText, (found) => (found.startsWith('"') ? found : `"${found}"`)));
}

/** @throws Error when it has no data, values of another type, or not as many as its shape says. */
export function fromJson({ name, datatype, shape, data }: JsonTensor): Tensor {
  if (!Array.isArray(data)) throw new Error(`tensor ${JSON.stringify(name)} of the response has no list of data.`);
  const flat = data.flat(mostDimensions) as unknown[];
  const refuse = (value: unknown) =>
    new Error(
      `tensor ${JSON.stringify(name)} of the response has the value ${describeValue(value)}, which is not of its type ${datatype}.`,
    );
  if (datatype === "BYTES") {
    const values = flat.map((value) => {
      if (typeof value === "object" && value !== null) throw refuse(value);
      return Buffer.from(String(value));
    });
    return checkedTensor({ name, datatype, shape, data: { kind: "strings", values } });
  }
  const values = flat.map((value) => {
    const number = numberOf(value, datatype);
    if (number !== undefined) return number;
    throw refuse(value);
  });
  return checkedTensor({ name, datatype, shape, data: { kind: "numbers", values } });
}

function numberOf(value: unknown, datatype: string): number | bigint | boolean | undefined {
  if (typeof value === "number" || typeof value === "boolean") return value;
  // Some servers write null for what is not a number.
  if (value === null) return Number.NaN;
  if (typeof value !== "string") return undefined;
  if (isNumberType(datatype) && isWhole(datatype)) return /^-?\d+$/.test(value) ? BigInt(value) : undefined;
  return value === "NaN" || !Number.isNaN(Number(value)) ? Number(value) : undefined;
}

/** A tensor as JSON; whole numbers with all their digits, which `JSON.stringify` refuses. */
export function toJson({ name, datatype, shape, data }: Tensor): string {
  const values =
    data.kind === "strings"
      ? data.values.map((value) => JSON.stringify(Buffer.from(value).toString("utf8")))
      : Array.from(data.values, (value) => (datatype === "BOOL" ? String(Boolean(value)) : String(value)));
  return `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":${JSON.stringify(shape)},"data":[${values.join(",")}]}`;
}
