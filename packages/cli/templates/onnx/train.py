"""Trains and writes the flower model of `millrace models init onnx`. Needs scikit-learn and onnx; usage: python train.py"""

import json

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

flowers = load_iris()
mean, std = flowers.data.mean(axis=0), flowers.data.std(axis=0)
model = LogisticRegression(C=10, max_iter=1000).fit((flowers.data - mean) / std, flowers.target)
weights = {"weights": model.coef_.T.astype(np.float32), "bias": model.intercept_.astype(np.float32)}
graph = helper.make_graph(
    [helper.make_node("Gemm", ["row", "weights", "bias"], ["scores"])],
    "flowers",
    [helper.make_tensor_value_info("row", TensorProto.FLOAT, ["batch", 4])],
    [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 3])],
    [numpy_helper.from_array(values, name) for name, values in weights.items()],
)
onnx = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
checker.check_model(onnx)
save(onnx, "model.onnx")
print(json.dumps({"mean": mean.round(4).tolist(), "std": std.round(4).tolist(), "accuracy": model.score((flowers.data - mean) / std, flowers.target)}))
