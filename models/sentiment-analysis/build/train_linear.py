"""Trains the linear model of version 0.0.27 and writes its weights.

Usage: python train_linear.py DATA ../0.0.27/weights
"""

import sys
from pathlib import Path

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from linear_features import tokens
from sentences import CLASSES, read_sentences
from shipped import linear_scores


def main(data: Path, weights: Path) -> None:
    sentences = read_sentences(data)
    training = [s for s in sentences if s.part == "training"]
    validation = [s for s in sentences if s.part == "validation"]

    scores = {c: fit(training, c)[2](validation) for c in (0.5, 1.0, 2.0, 4.0)}
    for c, score in scores.items():
        print(f"C {c}: validation accuracy {score:.4f}")
    vectorizer, model, _ = fit(training + validation, max(scores, key=scores.get))
    write(vectorizer, model, len(training + validation), weights)

    texts = [s.text for s in validation]
    difference = numpy.abs(linear_scores(weights, texts) - model.predict_proba(vectorizer.transform(texts))).max()
    print(f"largest difference between the written weights and scikit-learn: {difference:.1e}")
    assert difference < 1e-6


def fit(sentences, c: float):
    vectorizer = TfidfVectorizer(
        tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True, min_df=2, max_features=30_000
    )
    model = LogisticRegression(C=c, max_iter=2000, tol=1e-6)
    model.fit(vectorizer.fit_transform(s.text for s in sentences), [s.label for s in sentences])

    def accuracy(others) -> float:
        return model.score(vectorizer.transform(s.text for s in others), [s.label for s in others])

    return vectorizer, model, accuracy


def write(vectorizer, model, document_count: int, weights: Path) -> None:
    """terms.txt: the number of texts, then a term and the number of texts with it a line. coefficients.f32: per class a row of terms, then the intercepts."""
    assert list(model.classes_) == list(range(len(CLASSES)))
    weights.mkdir(parents=True, exist_ok=True)
    terms = vectorizer.get_feature_names_out()
    # The number of documents with a term is shorter than its weight and gives it exactly.
    counts = numpy.rint((1 + document_count) / numpy.exp(vectorizer.idf_ - 1) - 1).astype(int)
    lines = [str(document_count)] + [f"{term}\t{count}" for term, count in zip(terms, counts)]
    (weights / "terms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    values = numpy.concatenate([model.coef_.ravel(), model.intercept_]).astype("<f4")
    (weights / "coefficients.f32").write_bytes(values.tobytes())
    print(f"{len(terms)} terms, {sum(file.stat().st_size for file in weights.iterdir()) / 1e3:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
