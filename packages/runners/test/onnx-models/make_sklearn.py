"""Writes what scikit-learn's exporter makes. Needs scikit-learn and skl2onnx; usage: python make_sklearn.py"""

import numpy
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

rows, kinds = load_iris(return_X_y=True)
classifier = LogisticRegression(max_iter=500).fit(rows, kinds)


def write(file, model, *arguments, **options):
    with open(file, "wb") as out:
        out.write(to_onnx(model, *arguments, **options).SerializeToString())


without_maps = {"zipmap": False}
write("sklearn-maps.onnx", classifier, rows[:1].astype(numpy.float32))
write("sklearn-tensors.onnx", classifier, rows[:1].astype(numpy.float32), options=without_maps)
write("sklearn-double.onnx", classifier, rows[:1], options=without_maps)
print("probabilities of", rows[0].tolist(), classifier.predict_proba(rows[:1])[0].tolist())

# One tensor for each column, as of a data frame: a number and a text.
sizes = numpy.array([[1.0], [2.0], [3.0], [4.0]])
colours = numpy.array([["red"], ["red"], ["blue"], ["blue"]], dtype=object)
table = numpy.concatenate([sizes.astype(object), colours], axis=1)
columns = ColumnTransformer([("size", StandardScaler(), [0]), ("colour", OneHotEncoder(), [1])])
pipeline = make_pipeline(columns, LogisticRegression()).fit(table, ["small", "small", "large", "large"])
types = [("size", FloatTensorType([None, 1])), ("colour", StringTensorType([None, 1]))]
write("sklearn-columns.onnx", pipeline, initial_types=types, options={id(pipeline): without_maps})
print("large or small, 1 and red", pipeline.predict_proba([[1.0, "red"]])[0].tolist())
