import { MillraceError } from "@millrace/client";
import protobuf from "protobufjs/minimal.js";
import type { OnnxFile } from "./onnx-file.js";

/** scikit-learn's scores as maps of a label and its score, which are no tensor. */
export interface ZipMap {
  /** The tensor that the maps are made of. */
  readonly scores: string;
  /** The output with the maps. */
  readonly output: string;
  readonly labels: readonly string[];
}

export function findZipMap({ nodes, outputs }: OnnxFile): ZipMap | undefined {
  const node = nodes.find(({ type, outputs: [name] }) => type === "ZipMap" && outputs.some((one) => one.name === name));
  const [scores] = node?.inputs ?? [];
  const [output] = node?.outputs ?? [];
  if (node === undefined || scores === undefined || output === undefined) return undefined;
  return {
    scores,
    output,
    labels: node.lists.get("classlabels_strings") ?? node.lists.get("classlabels_int64s") ?? [],
  };
}

/**
 * The same model with the tensor of scores as its output, as `options={"zipmap": False}` exports it.
 *
 * @throws MillraceError when the file is damaged.
 */
export function withoutZipMap(path: string, model: Uint8Array, zipMap: ZipMap): Uint8Array {
  try {
    return replaceFields(model, (number, graph) =>
      number === modelFields.graph ? replaceFields(graph, (field, value) => withoutMaps(field, value, zipMap)) : graph,
    );
  } catch (error) {
    throw new MillraceError(`${path} is not a readable ONNX model: ${(error as Error).message}.`, { cause: error });
  }
}

function withoutMaps(field: number, value: Uint8Array, { scores, output, labels }: ZipMap): Uint8Array | undefined {
  if (field === graphFields.node) {
    const isMaps = textOf(value, nodeFields.type) === "ZipMap" && textOf(value, nodeFields.output) === output;
    return isMaps ? undefined : value;
  }
  const isOutput = field === graphFields.output && textOf(value, 1) === output;
  return isOutput ? scoresValue(scores, labels.length) : value;
}

// As onnx.proto numbers them.
const modelFields = { graph: 7 };
const graphFields = { node: 1, output: 12 };
const nodeFields = { output: 2, type: 4 };
const lengthDelimited = 2;

/** A message with some of its embedded messages and texts replaced, or left out. */
function replaceFields(
  message: Uint8Array,
  replace: (field: number, value: Uint8Array) => Uint8Array | undefined,
): Uint8Array {
  const reader = protobuf.Reader.create(message);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    if ((tag & 7) === lengthDelimited) {
      const value = reader.bytes();
      const replaced = replace(tag >>> 3, value);
      if (replaced !== value) {
        if (replaced !== undefined) parts.push(protobuf.Writer.create().uint32(tag).bytes(replaced).finish());
        continue;
      }
    } else reader.skipType(tag & 7);
    parts.push(message.subarray(start, reader.pos));
  }
  return Buffer.concat(parts);
}

/** The first text in a field of a message. */
function textOf(message: Uint8Array, field: number): string | undefined {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === field) return reader.string();
    reader.skipType(tag & 7);
  }
  return undefined;
}

/** A ValueInfoProto: floats, as ZipMap takes them, one row for an input and one column for a class. */
function scoresValue(name: string, classes: number): Uint8Array {
  const message = (write: (writer: protobuf.Writer) => protobuf.Writer) => write(protobuf.Writer.create()).finish();
  const field = (number: number) => (number << 3) | lengthDelimited;
  const columns = message((writer) => writer.uint32(1 << 3).int64(classes));
  const shape = message((writer) => writer.uint32(field(1)).bytes(new Uint8Array()).uint32(field(1)).bytes(columns));
  const tensor = message((writer) =>
    writer
      .uint32(1 << 3)
      .int32(1)
      .uint32(field(2))
      .bytes(shape),
  );
  const type = message((writer) => writer.uint32(field(1)).bytes(tensor));
  return message((writer) => writer.uint32(field(1)).string(name).uint32(field(2)).bytes(type));
}
