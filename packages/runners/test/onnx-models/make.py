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


def detector(file, transposed):
    """
    Three boxes whatever the picture, as shares of its width and height; of each the mean of every channel as its scores, less for the second
    (which lies over the first) and the third. In one output of columns, as YOLO has it, or in two outputs.
    """
    boxes = [[0.25, 0.25, 0.5, 0.5], [0.27, 0.25, 0.5, 0.5], [0.75, 0.75, 0.5, 0.25]]
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["colour"], axes=[2, 3], keepdims=0),
        helper.make_node("Constant", [], ["one"], value_ints=[1]),
        helper.make_node("Unsqueeze", ["colour", "one"], ["row"]),
        helper.make_node("Constant", [], ["less"], value=helper.make_tensor("l", TensorProto.FLOAT, [1, 3, 1], [1, 0.9, 0.5])),
        helper.make_node("Mul", ["row", "less"], ["each_score"]),
        helper.make_node("Constant", [], ["places"], value=helper.make_tensor("b", TensorProto.FLOAT, [1, 3, 4], sum(boxes, []))),
        helper.make_node("Constant", [], ["zero"], value=helper.make_tensor("z", TensorProto.FLOAT, [1], [0])),
        helper.make_node("ReduceMax", ["each_score"], ["largest"], axes=[1, 2], keepdims=1),
        helper.make_node("Mul", ["largest", "zero"], ["nothing"]),
        helper.make_node("Add", ["places", "nothing"], ["each_box"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, "height", "width"])
    if transposed:
        nodes += [
            helper.make_node("Concat", ["each_box", "each_score"], ["together"], axis=2),
            helper.make_node("Transpose", ["together"], ["output0"], perm=[0, 2, 1]),
        ]
        outputs = [helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["batch", 7, 3])]
    else:
        nodes += [helper.make_node("Identity", ["each_box"], ["boxes"]), helper.make_node("Identity", ["each_score"], ["logits"])]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 3, n]) for name, n in (("boxes", 4), ("logits", 3))]
    model = helper.make_model(helper.make_graph(nodes, "test", [image], outputs), opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    save(model, file)


detector("detector.onnx", transposed=False)
detector("detector-transposed.onnx", transposed=True)
