"""Runs the files of the shipped versions as they are, without the code that trained them."""

import math
from collections import Counter
from pathlib import Path

import numpy
import onnxruntime
from tokenizers import Tokenizer

from linear_features import tokens

MAXIMUM_TOKENS = 128


def linear_scores(weights: Path, texts: list[str]) -> numpy.ndarray:
    """Probabilities [text, class] by the weights of version 0.0.27."""
    first, *lines = (weights / "terms.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    pairs = [line.split("\t") for line in lines]
    index = {term: place for place, (term, _) in enumerate(pairs)}
    idf = [math.log((1 + int(first)) / (1 + int(count))) + 1 for _, count in pairs]
    values = numpy.frombuffer((weights / "coefficients.f32").read_bytes(), "<f4").astype(float)
    coefficients, intercepts = values[: -3].reshape(3, len(pairs)), values[-3:]
    rows = []
    for text in texts:
        words = tokens(text)
        terms = words + [f"{a} {b}" for a, b in zip(words, words[1:])]
        counts = Counter(index[term] for term in terms if term in index)
        features = {place: (1 + math.log(count)) * idf[place] for place, count in counts.items()}
        length = math.sqrt(sum(value * value for value in features.values())) or 1
        rows.append(intercepts + sum(coefficients[:, place] * value / length for place, value in features.items()))
    return _softmax(numpy.array(rows))


def onnx_scores(model: Path, tokenizer: Path, texts: list[str], batch_size: int = 1) -> numpy.ndarray:
    """Probabilities [text, class] by an ONNX file; a batch is padded to its longest text."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options)
    cutter = Tokenizer.from_file(str(tokenizer))
    cutter.enable_truncation(MAXIMUM_TOKENS)
    cutter.enable_padding()
    rows = []
    for first in range(0, len(texts), batch_size):
        encodings = cutter.encode_batch(texts[first : first + batch_size])
        feeds = {
            "input_ids": numpy.array([e.ids for e in encodings], dtype=numpy.int64),
            "attention_mask": numpy.array([e.attention_mask for e in encodings], dtype=numpy.int64),
            "token_type_ids": numpy.array([e.type_ids for e in encodings], dtype=numpy.int64),
        }
        rows.append(session.run(["logits"], feeds)[0])
    return _softmax(numpy.concatenate(rows))


def _softmax(logits: numpy.ndarray) -> numpy.ndarray:
    powers = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
