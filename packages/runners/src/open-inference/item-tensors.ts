import type { DataItems, PictureMeasures } from "../runner.js";
import { requireItem } from "../tensors/data-item-error.js";
import { imageShape } from "../tensors/image-shape.js";
import { valuesOfBytes, valuesOfJson, type ItemValues } from "../tensors/item-values.js";
import { prepareImage } from "../tensors/picture.js";
import type { PictureFrame } from "../tensors/picture-frame.js";
import type { TensorSource } from "./open-inference-settings.js";
import type { Tensor } from "./tensor.js";

/** One input for the server, and where in a picture its boxes will be. */
export interface PreparedInput {
  /** Without a batch dimension. */
  readonly tensors: readonly Tensor[];
  readonly frame?: PictureFrame;
  /** Of its pictures. */
  readonly pictures: readonly PictureMeasures[];
}

interface PreparedTensor {
  readonly tensor: Tensor;
  readonly frame?: PictureFrame;
  readonly measures?: PictureMeasures;
}

/**
 * The tensors of one input.
 *
 * @throws DataItemError when a data item is missing or not what the mapping says.
 */
export async function prepareInput(items: DataItems, sources: readonly TensorSource[]): Promise<PreparedInput> {
  const prepared = await Promise.all(sources.map((source) => toTensor(items, source)));
  const frame = prepared.find((one) => one.frame !== undefined)?.frame;
  return {
    tensors: prepared.map(({ tensor }) => tensor),
    pictures: prepared.flatMap(({ measures }) => measures ?? []),
    ...(frame === undefined ? {} : { frame }),
  };
}

async function toTensor(items: DataItems, source: TensorSource): Promise<PreparedTensor> {
  const { tensor: name, item } = source;
  switch (source.from) {
    case "file": {
      const values = [requireItem(items, item)];
      return { tensor: { name, datatype: "BYTES", shape: source.shape ?? [1], data: { kind: "strings", values } } };
    }
    case "json": {
      const { datatype } = source;
      return { tensor: ofValues(name, datatype, valuesOfJson(requireItem(items, item), item, datatype, source.shape)) };
    }
    case "values": {
      const { datatype } = source;
      return {
        tensor: ofValues(name, datatype, valuesOfBytes(requireItem(items, item), item, datatype, source.shape)),
      };
    }
    case "image": {
      const { values, frame, measures } = await prepareImage(items, { ...source, kind: "image" });
      return { tensor: ofValues(name, "FP32", { shape: imageShape(source), values }), frame, measures };
    }
  }
}

function ofValues(name: string, datatype: string, { shape, values }: ItemValues): Tensor {
  const data: Tensor["data"] =
    datatype === "BYTES"
      ? { kind: "strings", values: Array.from(values as readonly string[], (text) => Buffer.from(text)) }
      : { kind: "numbers", values: values as ArrayLike<number | bigint> };
  return { name, datatype, shape, data };
}
