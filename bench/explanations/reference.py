"""Explains the sentences of explanations.json (written by run.ts) with the packages lime and shap, on the same model and the same masks.

Prints, for each method, the root mean square difference between two seeds of the reference package, and between it and Millrace. When the second is no
larger than the first, Millrace differs from the package as much as the package differs from itself.

Usage: pip install lime==0.2.0.1 shap onnxruntime tokenizers
       python bench/explanations/reference.py explanations.json [HOW_MANY]
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import shap
from lime.lime_base import LimeBase
from sklearn.metrics import pairwise_distances
from tokenizers import Tokenizer

MODEL = Path(__file__).resolve().parents[2] / "models" / "sentiment-analysis" / "1.0.1"
SAMPLES = 500
CLASSES = ["negative", "neutral", "positive"]


def load_model():
    weights = MODEL / "weights"
    tokenizer = Tokenizer.from_file(str(next(weights.rglob("tokenizer.json"))))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(256)
    session = onnxruntime.InferenceSession(str(next(weights.rglob("*.onnx"))))
    names = {given.name for given in session.get_inputs()}

    def scores(texts):
        rows = []
        for start in range(0, len(texts), 32):
            encoded = tokenizer.encode_batch(texts[start : start + 32])
            feeds = {
                "input_ids": np.array([e.ids for e in encoded], np.int64),
                "attention_mask": np.array([e.attention_mask for e in encoded], np.int64),
                "token_type_ids": np.array([e.type_ids for e in encoded], np.int64),
            }
            logits = session.run(None, {name: value for name, value in feeds.items() if name in names})[0]
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            rows.append(powers / powers.sum(axis=1, keepdims=True))
        return np.concatenate(rows)

    return scores


def hide(text, words, mask):
    """The text without the words whose place in the mask is 0, as Millrace makes it."""
    parts, at = [], 0
    for word, kept in zip(words, mask):
        if not kept:
            parts.append(text[at : word["start"]])
            at = word["end"]
    parts.append(text[at:])
    result = "".join(parts)
    return result if result.strip() else "."


def by_lime(score, size, seed):
    """How lime.lime_text samples and weighs, with lime's own regression on it."""
    random = np.random.RandomState(seed)
    masks = np.ones((SAMPLES, size))
    for row in range(1, SAMPLES):
        hidden = random.choice(size, random.randint(1, size + 1), replace=False)
        masks[row, hidden] = 0
    distances = pairwise_distances(masks, masks[:1], metric="cosine").ravel()
    base = LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / 0.25**2)), random_state=random)
    labels = score(masks)[:, None]
    _, local, fidelity, _ = base.explain_instance_with_data(masks, labels, distances, 0, size, feature_selection="none")
    values = np.zeros(size)
    for feature, weight in local:
        values[feature] = weight
    return values, fidelity


def by_shap(score, size, seed):
    np.random.seed(seed)
    explainer = shap.KernelExplainer(score, np.zeros((1, size)), silent=True)
    return explainer.shap_values(np.ones((1, size)), nsamples=SAMPLES, l1_reg=False, silent=True)[0], None


def main():
    made = json.load(open(sys.argv[1]))
    how_many = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    scores = load_model()
    for method, reference in (("lime", by_lime), ("kernel-shap", by_shap)):
        between_seeds, to_millrace, correlations, sizes = [], [], [], []
        for one in [m for m in made if m["method"] == method][:how_many]:
            text, words = one["sentence"], one["wordImportance"]
            # Offsets are UTF-16 code units; Python counts code points.
            if re.search(r"[^\u0000-\uffff]", text):
                continue
            column = CLASSES.index(one["class"])
            score = lambda masks: scores([hide(text, words, mask) for mask in masks])[:, column]  # noqa: E731
            first, _ = reference(score, len(words), 0)
            second, _ = reference(score, len(words), 1)
            own = np.array([word["score"] for word in words])
            between_seeds.append(np.mean((first - second) ** 2))
            to_millrace.append(np.mean((first - own) ** 2))
            sizes.append(np.mean(first**2))
            correlations.append(np.corrcoef(first, own)[0, 1])
        print(
            f"{method}: {len(sizes)} sentences; RMS importance {np.sqrt(np.mean(sizes)):.4f}; RMS difference between two seeds of the package "
            f"{np.sqrt(np.mean(between_seeds)):.4f}, between the package and Millrace {np.sqrt(np.mean(to_millrace)):.4f}; "
            f"mean correlation {np.mean(correlations):.4f}"
        )


if __name__ == "__main__":
    main()
