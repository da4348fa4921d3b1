"""Writes the small ONNX files of the tests. Needs the package onnx; usage: python make.py"""

from onnx import TensorProto, checker, helper, save


def write(file, nodes, inputs, output_shape):
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, output_shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    save(model, file)


def mean_colour(file, batch):
    """The mean of each channel of a picture; `batch` fixes the number of pictures when it is a number."""
    nodes = [helper.make_node("ReduceMean", ["image"], ["scores"], axes=[2, 3], keepdims=0)]
    write(file, nodes, [("image", TensorProto.FLOAT, [batch, 3, "height", "width"])], [batch, 3])


mean_colour("mean-colour.onnx", "batch")
mean_colour("mean-colour-one-by-one.onnx", 1)

# The number of tokens of a text and the sum of their numbers, so that a test sees padding and cutting.
write(
    "token-sums.onnx",
    [
        helper.make_node("Cast", ["input_ids"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["ids", "mask"], ["masked"]),
        helper.make_node("Constant", [], ["axis"], value_ints=[1]),
        helper.make_node("ReduceSum", ["mask", "axis"], ["count"], keepdims=1),
        helper.make_node("ReduceSum", ["masked", "axis"], ["sum"], keepdims=1),
        helper.make_node("Concat", ["count", "sum"], ["scores"], axis=1),
    ],
    [(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")],
    ["batch", 2],
)
