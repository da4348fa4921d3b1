"""Measures the shipped file against the 32-bit one, and both against counts of words, on sentences of newspaper editorials.

The task is real, though no one made it a benchmark: of all sentences of 200 editorials, is the nearest to a sentence one of the same
editorial? They come from the source distribution of vaderSentiment (its ratings are not used); SAMPLE gets every 20th with its vector.

Usage: python evaluate.py DATA WORK SAMPLE
"""

import io
import json
import sys
import tarfile
from pathlib import Path

import numpy
import onnxruntime
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import TfidfVectorizer
from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parent.parent / "1.0.0" / "weights"
MAXIMUM_TOKENS = 256
BATCH = 16
PAIRS = 100_000
EDITORIALS = 200


def main(data: Path, work: Path, sample: Path) -> None:
    articles, sentences = read_sentences(data)
    print(f"{len(sentences)} sentences of {len(set(articles))} editorials")
    full = embed(work / "model-fp32.onnx", sentences)
    shipped = embed(WEIGHTS / "model.onnx", sentences)
    alone = embed(WEIGHTS / "model.onnx", sentences[::20], batch=1)
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(sentences).toarray()

    for name, vectors in (("32 bits", full), ("shipped, 8 bits", shipped), ("TF-IDF", words)):
        first, ten = retrieval(vectors, articles)
        print(f"{name}: nearest is of the same editorial {first:.4f}, one of the nearest ten {ten:.4f}")
    counts = numpy.bincount(articles)
    print(f"chance: {(counts[articles] - 1).mean() / (len(articles) - 1):.4f}")

    random = numpy.random.default_rng(0)
    left, right = random.integers(0, len(sentences), (2, PAIRS))
    cosines = [(vectors[left] * vectors[right]).sum(1) for vectors in (full, shipped)]
    print(f"similarities of {PAIRS} pairs, 8 against 32 bits: Spearman {spearmanr(*cosines).statistic:.4f}, "
          f"difference {numpy.abs(cosines[0] - cosines[1]).mean():.4f} on average, {numpy.abs(cosines[0] - cosines[1]).max():.4f} at most")
    print(f"a sentence with itself, 8 against 32 bits: {(full * shipped).sum(1).mean():.4f} on average, {(full * shipped).sum(1).min():.4f} at least")
    print(f"alone against in a batch: {numpy.abs(alone - shipped[::20]).max():.1e} at most")
    rows = [{"text": text, "vector": vector.tolist()} for text, vector in zip(sentences[::20], shipped[::20])]
    sample.write_text(json.dumps(rows), encoding="utf-8")


def read_sentences(data: Path) -> tuple[numpy.ndarray, list[str]]:
    """Of the first editorials, without what occurs twice, and editorials of one sentence, which have no other to find."""
    with tarfile.open(data / "vaderSentiment-3.3.2.tar.gz") as outer:
        inner = outer.extractfile("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz").read()
    with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
        lines = archive.extractfile("hutto_ICWSM_2014/nytEditorialSnippets_GroundTruth.txt").read().decode("utf-8").splitlines()
    found = {}
    for line in lines:
        name, _, text = line.split("\t", 2)
        found.setdefault(text.strip(), int(name.split("_")[0]))
    counts = numpy.bincount(list(found.values()))
    kept = {text: article for text, article in found.items() if counts[article] > 1 and article <= EDITORIALS}
    return numpy.array(list(kept.values())), list(kept)


def embed(file: Path, sentences: list[str], batch: int = BATCH) -> numpy.ndarray:
    tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    tokenizer.enable_truncation(MAXIMUM_TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options)
    encoded = [encoding.ids for encoding in tokenizer.encode_batch(sentences)]
    order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
    vectors = numpy.zeros((len(encoded), 384))
    for start in range(0, len(order), batch):
        indexes = order[start : start + batch]
        width = max(len(encoded[index]) for index in indexes)
        ids = numpy.array([encoded[index] + [0] * (width - len(encoded[index])) for index in indexes])
        mask = numpy.array([[place < len(encoded[index]) for place in range(width)] for index in indexes]).astype(numpy.int64)
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        tokens = session.run(["embedding"], feeds)[0]
        vectors[indexes] = (tokens * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


def retrieval(vectors: numpy.ndarray, articles: numpy.ndarray) -> tuple[float, float]:
    """How often the nearest other sentence, and one of the nearest ten, is of the same editorial."""
    similarities = vectors @ vectors.T
    numpy.fill_diagonal(similarities, -numpy.inf)
    nearest = numpy.argsort(-similarities, axis=1)[:, :10]
    same = articles[nearest] == articles[:, None]
    return float(same[:, 0].mean()), float(same.any(1).mean())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
