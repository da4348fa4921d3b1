"""Measures VADER and the shipped versions on the held-out sentences and writes these with every score.

Usage: python evaluate.py DATA held-out.json [WORK]     WORK: where train_transformer.py wrote, to compare fp32 too
"""

import json
import sys
import time
from pathlib import Path

import numpy
from sklearn.metrics import confusion_matrix, f1_score

import vader
from sentences import CLASSES, SOURCES, read_sentences
from shipped import linear_scores, onnx_scores

ROOT = Path(__file__).parent.parent


def main(data: Path, output: Path, work: Path | None) -> None:
    sentences = read_sentences(data)
    others = [s for s in sentences if s.part != "held-out"]
    held_out = [s for s in sentences if s.part == "held-out"]
    texts = [s.text for s in held_out]
    labels = numpy.array([s.label for s in held_out])
    sources = numpy.array([s.source for s in held_out])

    values = timed("VADER", lambda: vader.compounds(texts), len(texts))
    limit = vader.best_limit(vader.compounds([s.text for s in others]), numpy.array([s.label for s in others]))
    report("VADER, limit 0.05", vader.classes(values), labels, sources, values)
    report(f"VADER, limit {limit:.2f}", vader.classes(values, limit), labels, sources, values)

    scores = {}
    weights = ROOT / "0.0.27" / "weights"
    scores["0.0.27"] = timed("0.0.27", lambda: linear_scores(weights, texts), len(texts))
    transformer = ROOT / "1.0.1" / "weights"
    if (transformer / "model.onnx").exists():
        files = transformer / "model.onnx", transformer / "tokenizer.json"
        scores["1.0.1"] = timed("1.0.1", lambda: onnx_scores(*files, texts), len(texts))
        compare("1.0.1: batches of 1 and of 16", scores["1.0.1"], onnx_scores(*files, texts, 16))
        if work is not None:
            full = onnx_scores(work / "model-fp32.onnx", files[1], texts)
            report("1.0.1 before quantisation", full.argmax(1), labels, sources, full[:, 2] - full[:, 0])
            compare("1.0.1: weights in 8 and in 32 bits", scores["1.0.1"], full)
    for version, found in scores.items():
        report(version, found.argmax(1), labels, sources, found[:, 2] - found[:, 0])

    rows = [
        {
            "text": sentence.text,
            "source": sentence.source,
            "label": CLASSES[sentence.label],
            "scores": {version: dict(zip(CLASSES, map(float, found[row]))) for version, found in scores.items()},
        }
        for row, sentence in enumerate(held_out)
    ]
    output.write_text(json.dumps({"sentences": rows}))


def report(name: str, found: numpy.ndarray, labels: numpy.ndarray, sources: numpy.ndarray, leaning: numpy.ndarray) -> None:
    """Accuracy, F1, confusion; `leaning` above 0 is positive, for the sentences that people found not neutral."""
    polar = labels != 1
    sides = ((leaning > 0) == (labels == 2))[polar].mean()
    print(f"\n{name}: accuracy {(found == labels).mean():.4f}, macro F1 {f1_score(labels, found, average='macro'):.4f},", end=" ")
    print(f"positive or negative ({polar.sum()} sentences) {sides:.4f}")
    print("  by source:", ", ".join(f"{s} {(found == labels)[sources == s].mean():.3f}" for s in SOURCES))
    print("  F1 by class:", dict(zip(CLASSES, f1_score(labels, found, average=None).round(3).tolist())))
    print("  rows are people's class, columns the model's:", confusion_matrix(labels, found).tolist())


def compare(name: str, some: numpy.ndarray, other: numpy.ndarray) -> None:
    different = (some.argmax(1) != other.argmax(1)).sum()
    print(f"\n{name}: {different} of {len(some)} answers differ, scores by {numpy.abs(some - other).max():.4f} at most", end=", ")
    print(f"{numpy.abs(some - other).mean():.5f} on average")


def timed(name: str, work, count: int):
    started = time.perf_counter()
    result = work()
    print(f"{name}: {(time.perf_counter() - started) / count * 1e3:.3f} ms a sentence in Python, with loading")
    return result


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
