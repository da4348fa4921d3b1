"""Trains the model, measures it on rows that it never saw, and writes what belongs into ../1.0.0.

Usage: pip install -r requirements.txt
       pip download --no-deps palmerpenguins==0.1.6 -d data
       python train.py data ../1.0.0 [HELD_OUT.json, for the rows that were held out]
"""

import csv
import io
import json
import sys
import warnings
import zipfile
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

NUMBERS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
CATEGORIES = {"island": ["Biscoe", "Dream", "Torgersen"], "sex": ["female", "male"]}
SPECIES = ["Adelie", "Chinstrap", "Gentoo"]
HELD_OUT = 200
SPLITS = 20
BACKGROUND = 20


def main(data: Path, version: Path, held_out_file: Path | None) -> None:
    rows = read_rows(data)
    train, held_out = split(rows, 1)
    scale = scales_of(train)
    model = fit(train, scale)
    file = version / "weights" / "model.onnx"
    export(model, file)

    unseen, truth = encode(held_out, scale), labels(held_out)
    scores = onnxruntime.InferenceSession(file).run(None, {"row": unseen.astype(numpy.float32)})[0]
    assert (scores.argmax(axis=1) == model.predict(unseen)).all()
    linear = LogisticRegression(max_iter=2_000).fit(encode(train, scale), labels(train))
    print(f"{len(train)} rows to learn from, {len(held_out)} held out")
    print(f"right: {(scores.argmax(axis=1) == truth).mean():.4f}; logistic regression {linear.score(unseen, truth):.4f}")
    others = [accuracy_of_split(rows, seed) for seed in range(2, 2 + SPLITS)]
    print(f"{SPLITS} other splits: {min(others):.3f} to {max(others):.3f}, mean {numpy.mean(others):.4f}")
    print(f"always the most frequent: {max((truth == kind).mean() for kind in range(len(SPECIES))):.4f}")
    print(f"{SPECIES}, seen down, said across:\n{confusion_matrix(truth, scores.argmax(axis=1))}")
    without = {name: accuracy_without(model, held_out, scale, name) for name in [*NUMBERS, *CATEGORIES]}
    print("right when a column is shuffled:", {name: round(value, 3) for name, value in without.items()})
    print("columns:", json.dumps([{"name": name, "mean": mean, "std": std} for name, (mean, std) in scale.items()]))

    typical, _ = train_test_split(train, train_size=BACKGROUND, stratify=labels(train), random_state=1)
    write_rows(version / "weights" / "background.json", typical)
    if held_out_file is not None:
        write_rows(held_out_file, held_out)


def read_rows(data: Path) -> list[dict]:
    """Those without gaps."""
    with zipfile.ZipFile(next(data.glob("palmerpenguins-*.whl"))) as package:
        text = package.read("palmerpenguins/data/penguins.csv").decode("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if "NA" not in row.values()]
    return [{**row, **{name: float(row[name]) for name in NUMBERS}} for row in rows]


def split(rows: list[dict], seed: int) -> tuple[list[dict], list[dict]]:
    return train_test_split(rows, test_size=HELD_OUT, stratify=labels(rows), random_state=seed)


def fit(rows: list[dict], scale: dict[str, tuple[float, float]]) -> MLPClassifier:
    model = MLPClassifier(hidden_layer_sizes=(8,), solver="lbfgs", alpha=0.5, max_iter=2_000, random_state=1)
    return model.fit(encode(rows, scale), labels(rows))


def accuracy_of_split(rows: list[dict], seed: int) -> float:
    train, held_out = split(rows, seed)
    scale = scales_of(train)
    return fit(train, scale).score(encode(held_out, scale), labels(held_out))


def scales_of(rows: list[dict]) -> dict[str, tuple[float, float]]:
    return {name: scale_of(rows, name) for name in NUMBERS}


def scale_of(rows: list[dict], name: str) -> tuple[float, float]:
    values = numpy.array([row[name] for row in rows])
    return round(float(values.mean()), 3), round(float(values.std()), 4)


def encode(rows: list[dict], scale: dict[str, tuple[float, float]]) -> numpy.ndarray:
    """As the runner does it by what model.yaml says of the columns."""
    return numpy.array(
        [
            [(row[name] - mean) / std for name, (mean, std) in scale.items()]
            + [float(row[name] == kind) for name, kinds in CATEGORIES.items() for kind in kinds]
            for row in rows
        ]
    )


def labels(rows: list[dict]) -> numpy.ndarray:
    return numpy.array([SPECIES.index(row["species"]) for row in rows])


def accuracy_without(model: MLPClassifier, rows: list[dict], scale: dict, name: str) -> float:
    """Permutation importance: Breiman, "Random Forests", Machine Learning 45, 2001, section 10."""
    random = numpy.random.default_rng(1)
    values = [row[name] for row in rows]
    found = []
    for _ in range(50):
        random.shuffle(values)
        changed = [{**row, name: value} for row, value in zip(rows, values)]
        found.append(model.score(encode(changed, scale), labels(changed)))
    return float(numpy.mean(found))


def export(model: MLPClassifier, file: Path) -> None:
    (first, second), (first_bias, second_bias) = model.coefs_, model.intercepts_
    weights = {"w1": first, "b1": first_bias, "w2": second, "b2": second_bias}
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["row", "w1", "b1"], ["sums"]),
            helper.make_node("Relu", ["sums"], ["hidden"]),
            helper.make_node("Gemm", ["hidden", "w2", "b2"], ["logits"]),
        ],
        "penguin-species",
        [helper.make_tensor_value_info("row", TensorProto.FLOAT, ["batch", first.shape[0]])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(SPECIES)])],
        [numpy_helper.from_array(value.astype(numpy.float32), name) for name, value in weights.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    file.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(made, file)


def write_rows(file: Path, rows: list[dict]) -> None:
    columns = [{name: tidy(row[name]) for name in [*NUMBERS, *CATEGORIES]} for row in rows]
    file.write_text("[\n" + ",\n".join(f"  {json.dumps(row)}" for row in columns) + "\n]\n", encoding="utf-8")


def tidy(value: float | str) -> float | int | str:
    return int(value) if isinstance(value, float) and value.is_integer() else value


if __name__ == "__main__":
    warnings.simplefilter("error", ConvergenceWarning)
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
