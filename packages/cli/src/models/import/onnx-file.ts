import { readFile } from "node:fs/promises";
import { MillraceError } from "@millrace/client";
import protobuf from "protobufjs/minimal.js";

/** An input or an output of a graph. */
export interface OnnxValue {
  readonly name: string;
  /** Such as `float`; undefined for what is no tensor, as the maps of scikit-learn. */
  readonly type: string | undefined;
  /** With the batch dimension; undefined for a dimension that the file leaves open. */
  readonly shape: readonly (number | undefined)[];
}

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes that are lists of strings or of integers, by name. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/** What an ONNX file says about itself. */
export interface OnnxFile {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  /** Tensors of strings or integers in the file, by name. */
  readonly constants: ReadonlyMap<string, readonly string[]>;
  /** Files with weights, as the file names them. */
  readonly weights: readonly string[];
}

type Reader = protobuf.Reader;
/** By the number of a field, as in onnx.proto. */
type Fields = Readonly<Record<number, (reader: Reader, wireType: number) => void>>;

const elementTypes: Readonly<Record<number, string>> = {
  1: "float",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  10: "float16",
  11: "double",
  12: "uint32",
  13: "uint64",
};
const lengthDelimited = 2;

/**
 * Reads a graph's inputs, outputs, nodes and labels, without running anything of it.
 *
 * @throws MillraceError when the file is no ONNX model.
 */
export async function readOnnxFile(path: string): Promise<OnnxFile> {
  const refuse = (reason: string, cause?: unknown) =>
    new MillraceError(`${path} is not a readable ONNX model: ${reason.replace(/\.?$/, ".")}`, { cause });
  const bytes = await readFile(path).catch((error: unknown) => {
    throw refuse((error as Error).message, error);
  });
  const model: OnnxFile[] = [];
  try {
    readMessage(protobuf.Reader.create(bytes), bytes.length, {
      7: (reader, wireType) => model.push(readGraph(nested(reader, wireType))),
    });
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
  const [graph] = model;
  if (graph === undefined || graph.outputs.length === 0) throw refuse("it has no graph with outputs");
  return graph;
}

function readMessage(reader: Reader, end: number, fields: Fields): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    const read = fields[tag >>> 3];
    if (read === undefined) reader.skipType(tag & 7);
    else read(reader, tag & 7);
  }
}

/** A reader of the message that comes next. */
function nested(reader: Reader, wireType: number): Reader {
  if (wireType !== lengthDelimited) throw new Error(`a message has the wire type ${wireType}`);
  return protobuf.Reader.create(reader.bytes());
}

function read(reader: Reader, fields: Fields): void {
  readMessage(reader, reader.len, fields);
}

/** A repeated integer, packed or not. */
function readIntegers(reader: Reader, wireType: number, into: string[]): void {
  if (wireType !== lengthDelimited) return void into.push(String(Number(reader.int64())));
  const packed = nested(reader, wireType);
  while (packed.pos < packed.len) into.push(String(Number(packed.int64())));
}

function readGraph(graph: Reader): OnnxFile {
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const constants = new Map<string, readonly string[]>();
  const weights = new Set<string>();
  const initialized = new Set<string>();
  read(graph, {
    1: (reader, wireType) => nodes.push(readNode(nested(reader, wireType))),
    5: (reader, wireType) => {
      const { name, values, location } = readTensor(nested(reader, wireType));
      initialized.add(name);
      if (values !== undefined) constants.set(name, values);
      if (location !== undefined) weights.add(location);
    },
    11: (reader, wireType) => inputs.push(readValue(nested(reader, wireType))),
    12: (reader, wireType) => outputs.push(readValue(nested(reader, wireType))),
  });
  // Older files list their weights among the inputs.
  return {
    inputs: inputs.filter(({ name }) => !initialized.has(name)),
    outputs,
    nodes,
    constants,
    weights: [...weights],
  };
}

function readNode(node: Reader): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const lists = new Map<string, readonly string[]>();
  let type = "";
  read(node, {
    1: (reader) => inputs.push(reader.string()),
    2: (reader) => outputs.push(reader.string()),
    4: (reader) => (type = reader.string()),
    5: (reader, wireType) => {
      let name = "";
      const values: string[] = [];
      read(nested(reader, wireType), {
        1: (one) => (name = one.string()),
        8: (one, ownType) => readIntegers(one, ownType, values),
        9: (one) => values.push(one.string()),
      });
      if (values.length > 0) lists.set(name, values);
    },
  });
  return { type, inputs, outputs, lists };
}

function readTensor(tensor: Reader): { name: string; values: readonly string[] | undefined; location?: string } {
  let name = "";
  let type: string | undefined;
  let raw: Uint8Array = new Uint8Array();
  let location: string | undefined;
  const values: string[] = [];
  read(tensor, {
    2: (reader) => (type = elementTypes[reader.int32()]),
    5: (reader, wireType) => readIntegers(reader, wireType, values),
    6: (reader) => values.push(reader.string()),
    7: (reader, wireType) => readIntegers(reader, wireType, values),
    8: (reader) => (name = reader.string()),
    9: (reader) => (raw = reader.bytes()),
    13: (reader, wireType) => {
      let key = "";
      let value = "";
      read(nested(reader, wireType), { 1: (one) => (key = one.string()), 2: (one) => (value = one.string()) });
      if (key === "location") location = value;
    },
  });
  const size = type === "int64" ? 8 : 4;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const isInteger = type === "int64" || type === "int32";
  for (let at = 0; isInteger && at + size <= raw.length; at += size)
    values.push(String(size === 8 ? view.getBigInt64(at, true) : view.getInt32(at, true)));
  const isList = (type === "string" || isInteger) && values.length > 0;
  return { name, values: isList ? values : undefined, ...(location === undefined ? {} : { location }) };
}

function readValue(info: Reader): OnnxValue {
  let name = "";
  let type: string | undefined;
  const shape: (number | undefined)[] = [];
  const readShape = (dimension: Reader) => {
    let size: number | undefined;
    read(dimension, { 1: (reader) => (size = Number(reader.int64())) });
    shape.push(size !== undefined && size > 0 ? size : undefined);
  };
  read(info, {
    1: (reader) => (name = reader.string()),
    2: (typed, typedWire) =>
      read(nested(typed, typedWire), {
        1: (tensor, tensorWire) =>
          read(nested(tensor, tensorWire), {
            1: (reader) => {
              const element = reader.int32();
              type = elementTypes[element] ?? `the type ${element}`;
            },
            2: (dimensions, shapeWire) =>
              read(nested(dimensions, shapeWire), { 1: (reader, wireType) => readShape(nested(reader, wireType)) }),
          }),
      }),
  });
  return { name, type, shape };
}
