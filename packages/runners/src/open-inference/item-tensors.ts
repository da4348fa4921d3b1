import { prepareImage } from "../onnx/image-tensor.js";
import { DataItemError, requireItem } from "../onnx/data-item-error.js";
import type { DataItems } from "../runner.js";
import type { Datatype, TensorSource } from "./open-inference-settings.js";
import { decodeTensor, elementBytes, elementCount, type Tensor } from "./tensor.js";

/**
 * The tensors of one input, without a batch dimension.
 *
 * @throws DataItemError when a data item is missing or not what the mapping says.
 */
export async function toTensors(items: DataItems, sources: readonly TensorSource[]): Promise<Tensor[]> {
  return Promise.all(sources.map((source) => toTensor(items, source)));
}

async function toTensor(items: DataItems, source: TensorSource): Promise<Tensor> {
  const { tensor: name } = source;
  switch (source.from) {
    case "file": {
      const values = [requireItem(items, source.item)];
      return { name, datatype: "BYTES", shape: source.shape ?? [1], data: { kind: "strings", values } };
    }
    case "json":
      return fromJson(name, source, requireItem(items, source.item));
    case "values":
      return fromValues(name, source, requireItem(items, source.item));
    case "image": {
      const { values } = await prepareImage(items, { ...source, kind: "image" });
      const { width, height } = source.crop;
      const shape = source.layout === "nchw" ? [3, height, width] : [height, width, 3];
      return { name, datatype: "FP32", shape, data: { kind: "numbers", values } };
    }
  }
}

interface TypedSource {
  readonly item: string;
  readonly datatype: Datatype;
  readonly shape?: readonly number[] | undefined;
}

function fromValues(name: string, { item, datatype, shape = [] }: TypedSource, bytes: Uint8Array): Tensor {
  if (datatype === "BYTES") return { name, datatype, shape, data: { kind: "strings", values: [bytes] } };
  const expected = elementCount(shape) * elementBytes(datatype);
  if (bytes.byteLength !== expected) {
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} has ${bytes.byteLength} bytes; ${datatype} of shape [${shape.join(", ")}] are ${expected}.`,
    );
  }
  return decodeTensor(name, datatype, shape, bytes);
}

function fromJson(name: string, { item, datatype, shape }: TypedSource, bytes: Uint8Array): Tensor {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new DataItemError(`Data item ${JSON.stringify(item)} is not JSON: ${(error as Error).message}.`);
  }
  const found = shapeOf(value);
  const flat = [value].flat(Infinity) as unknown[];
  const wanted = shape ?? found;
  if (flat.length !== elementCount(found) || flat.length !== elementCount(wanted)) {
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} has ${flat.length} values; ${shape === undefined ? "its rows are not of one length" : `shape [${shape.join(", ")}] needs ${elementCount(shape)}`}.`,
    );
  }
  if (datatype === "BYTES") {
    const values = flat.map((one) => Buffer.from(typeof one === "string" ? one : JSON.stringify(one)));
    return { name, datatype, shape: wanted, data: { kind: "strings", values } };
  }
  const wrong = flat.find((one) => !fits(datatype, one));
  if (wrong !== undefined)
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} has the value ${JSON.stringify(wrong)}; expected ${datatype}.`,
    );
  return { name, datatype, shape: wanted, data: { kind: "numbers", values: flat as number[] } };
}

function fits(datatype: Datatype, value: unknown): boolean {
  if (datatype === "BOOL") return typeof value === "boolean";
  if (typeof value !== "number") return false;
  return datatype.startsWith("FP") || Number.isInteger(value);
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
}
