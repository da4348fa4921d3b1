"""Writes small ONNX files with the names of Hugging Face's exports. Needs onnx; usage: python make.py"""

import numpy
from onnx import TensorProto, helper, numpy_helper, save

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def write(file, inputs, outputs, nodes, weights=()):
    graph = helper.make_graph(nodes, "graph", inputs, outputs, list(weights))
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    save(model, file)


def value(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, shape)


# The mean of each colour.
write(
    "picture.onnx",
    [value("pixel_values", FLOAT, "batch", 3, 32, 32)],
    [value("logits", FLOAT, "batch", 3)],
    [helper.make_node("ReduceMean", ["pixel_values"], ["logits"], axes=[2, 3], keepdims=0)],
)

# Each class has the mean of a column.
write(
    "forty.onnx",
    [value("pixel_values", FLOAT, "batch", 3, 40, 40)],
    [value("logits", FLOAT, "batch", 40)],
    [helper.make_node("ReduceMean", ["pixel_values"], ["logits"], axes=[1, 2], keepdims=0)],
)

# Each token has the numbers of its id.
write(
    "states.onnx",
    [value("input_ids", INT64, "batch", "tokens"), value("attention_mask", INT64, "batch", "tokens")],
    [value("last_hidden_state", FLOAT, "batch", "tokens", 2)],
    [
        helper.make_node("Cast", ["input_ids"], ["ids"], to=FLOAT),
        helper.make_node("Unsqueeze", ["ids", "axis"], ["column"]),
        helper.make_node("MatMul", ["column", "weights"], ["last_hidden_state"]),
    ],
    [
        numpy_helper.from_array(numpy.array([-1]), "axis"),
        numpy_helper.from_array(numpy.array([[0.6, 0.8]], dtype=numpy.float32), "weights"),
    ],
)


def write_outside(file, location):
    """The states, with weights in another file."""
    from onnx import load

    model = load("states.onnx")
    weights = model.graph.initializer[1]
    with open("weights.bin", "wb") as out:
        out.write(weights.raw_data)
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, text in (("location", location), ("offset", "0"), ("length", "8")):
        entry = weights.external_data.add()
        entry.key, entry.value = key, text
    with open(file, "wb") as out:
        out.write(model.SerializeToString())


write_outside("states-apart.onnx", "weights.bin")
write_outside("states-outside.onnx", "../../secret.bin")
