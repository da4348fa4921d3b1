import "./without-telemetry.js";
import { Tensor, type InferenceSession } from "onnxruntime-node";
import { toHalves, type Datatype, type Numbers } from "../tensors/number-types.js";

/** One input of the model, as its file declares it. */
export interface ModelInput {
  readonly name: string;
  readonly datatype: Datatype;
  /** With the batch dimension; one that the file leaves open has a name. Undefined when the file does not say. */
  readonly shape: readonly (number | string)[] | undefined;
}

const datatypesOf: Readonly<Record<string, Datatype>> = {
  float16: "FP16",
  float32: "FP32",
  float64: "FP64",
  int8: "INT8",
  int16: "INT16",
  int32: "INT32",
  int64: "INT64",
  uint8: "UINT8",
  uint16: "UINT16",
  uint32: "UINT32",
  uint64: "UINT64",
  bool: "BOOL",
  string: "BYTES",
};
const typesOf = Object.fromEntries(Object.entries(datatypesOf).map(([type, datatype]) => [datatype, type]));

/** @throws Error when the model takes something that is no tensor of a known type. */
export function describeInputs(session: InferenceSession): ModelInput[] {
  return session.inputMetadata.map((input) => {
    const type = input.isTensor ? input.type : "a sequence or a map";
    const datatype = datatypesOf[type];
    if (!input.isTensor || datatype === undefined)
      throw new Error(`its input ${JSON.stringify(input.name)} is ${type}, which is not supported.`);
    return { name: input.name, datatype, shape: shapeOf(input.shape) };
  });
}

/** ONNX Runtime gives no dimensions for a shape that is not known. */
export function shapeOf(shape: readonly (number | string)[]): readonly (number | string)[] | undefined {
  return shape.length === 0 ? undefined : shape;
}

/**
 * The tensor of a batch, of the model's own type.
 *
 * @param parts the values of each input, all of one shape.
 */
export function batchTensor(
  datatype: Datatype,
  parts: readonly (Numbers | readonly string[])[],
  shape: readonly number[],
): Tensor {
  const dims = [parts.length, ...shape];
  if (datatype === "BYTES")
    return new Tensor(
      "string",
      parts.flatMap((part) => [...(part as string[])]),
      dims,
    );
  const data = joined(parts as readonly Numbers[]);
  // Where JavaScript has no 16-bit floats, ONNX Runtime takes their bits.
  const own = datatype === "FP16" ? toHalves("FP16", data as Float32Array) : data;
  return new Tensor(typesOf[datatype] as "float32", own as Float32Array, dims);
}

function joined(parts: readonly Numbers[]): Numbers {
  const [first = new Float32Array()] = parts;
  if (parts.length === 1) return first;
  const all = new (first.constructor as new (length: number) => Float32Array)(parts.length * first.length);
  parts.forEach((part, index) => all.set(part as Float32Array, index * first.length));
  return all;
}
