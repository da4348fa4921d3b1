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


def tensor(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def write_graph(file, nodes, inputs, outputs, constants=()):
    constants = [helper.make_tensor(name, kind, shape, values) for name, kind, shape, values in constants]
    graph = helper.make_graph(nodes, "test", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    save(model, file)


FLOAT, INT32, INT64 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64

# Gives back the two numbers of a row, which it takes as one type or another.
for type in ("float16", "double", "int64", "int32", "uint8", "int8", "bool"):
    kind = getattr(TensorProto, type.upper())
    nodes = [helper.make_node("Cast", ["x"], ["scores"], to=FLOAT)]
    write_graph(f"takes-{type}.onnx", nodes, [tensor("x", kind, ["batch", 2])], [tensor("scores", FLOAT, ["batch", 2])])

# And gives them as one type or another.
for type in ("float16", "double", "int64"):
    kind = getattr(TensorProto, type.upper())
    nodes = [helper.make_node("Cast", ["x"], ["scores"], to=kind)]
    write_graph(f"gives-{type}.onnx", nodes, [tensor("x", FLOAT, ["batch", 2])], [tensor("scores", kind, ["batch", 2])])

# Takes four rows a run, neither more nor less.
write_graph("four-rows.onnx", [helper.make_node("Identity", ["x"], ["scores"])], [tensor("x", FLOAT, [4, 2])], [tensor("scores", FLOAT, [4, 2])])

# A row of a table by its number, of which there are three: another number fails in the run.
write_graph(
    "lookup.onnx",
    [helper.make_node("Gather", ["table", "x"], ["scores"])],
    [tensor("x", INT64, ["batch"])],
    [tensor("scores", FLOAT, ["batch", 2])],
    [("table", FLOAT, [3, 2], [0, 1, 2, 3, 4, 5])],
)

# The mean of the only channel of a picture of 4 by 4, and of its upper left pixel.
write_graph(
    "grey.onnx",
    [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Slice", ["image", "start", "end", "axes"], ["corner"]),
        helper.make_node("ReduceMean", ["corner"], ["first"], axes=[2, 3], keepdims=0),
        helper.make_node("Concat", ["mean", "first"], ["scores"], axis=1),
    ],
    [tensor("image", FLOAT, ["batch", 1, 4, 4])],
    [tensor("scores", FLOAT, ["batch", 2])],
    [("start", INT64, [2], [0, 0]), ("end", INT64, [2], [1, 1]), ("axes", INT64, [2], [2, 3])],
)

# The mean of each channel of a picture of bytes, pixel by pixel, and beside it the sum of some numbers.
write_graph(
    "picture-and-numbers.onnx",
    [
        helper.make_node("Cast", ["picture"], ["pixels"], to=FLOAT),
        helper.make_node("ReduceMean", ["pixels"], ["colour"], axes=[1, 2], keepdims=0),
        helper.make_node("Constant", [], ["axis"], value_ints=[1]),
        helper.make_node("ReduceSum", ["numbers", "axis"], ["sum"], keepdims=1),
        helper.make_node("Concat", ["colour", "sum"], ["scores"], axis=1),
    ],
    [tensor("picture", TensorProto.UINT8, ["batch", 4, 4, 3]), tensor("numbers", FLOAT, ["batch", "count"])],
    [tensor("scores", FLOAT, ["batch", 4])],
)

# Of each token its number and its place, without a mask, in 32 bits.
write_graph(
    "token-places.onnx",
    [
        helper.make_node("Cast", [name], [f"{name}_float"], to=FLOAT) for name in ("input_ids", "position_ids")
    ]
    + [
        helper.make_node("Constant", [], ["axis"], value_ints=[2]),
        helper.make_node("Unsqueeze", ["input_ids_float", "axis"], ["ids"]),
        helper.make_node("Unsqueeze", ["position_ids_float", "axis"], ["places"]),
        helper.make_node("Concat", ["ids", "places"], ["states"], axis=2),
    ],
    [tensor(name, INT32, ["batch", "tokens"]) for name in ("input_ids", "position_ids")],
    [tensor("states", FLOAT, ["batch", "tokens", 2])],
)


def token_states(file, tokens):
    """Of each token its number and 1, and the number of tokens of the text with the padding; `tokens` fixes that when it is a number."""
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["ids"], to=FLOAT),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=FLOAT),
        helper.make_node("Constant", [], ["last"], value_ints=[2]),
        helper.make_node("Unsqueeze", ["ids", "last"], ["number"]),
        # Padding has values of its own, as in a real model, where nothing makes it zero.
        helper.make_node("Constant", [], ["hundred"], value_float=100.0),
        helper.make_node("Sub", ["hundred", "mask"], ["rest"]),
        helper.make_node("Unsqueeze", ["rest", "last"], ["other"]),
        helper.make_node("Concat", ["number", "other"], ["states"], axis=2),
        helper.make_node("Constant", [], ["second"], value_ints=[1]),
        helper.make_node("ReduceSum", ["mask", "second"], ["count"], keepdims=1),
    ]
    write_graph(
        file,
        nodes,
        [tensor(name, INT64, ["batch", tokens]) for name in ("input_ids", "attention_mask")],
        [tensor("states", FLOAT, ["batch", tokens, 2]), tensor("count", FLOAT, ["batch", 1])],
    )


token_states("token-states.onnx", "tokens")
token_states("eight-tokens.onnx", 8)
