"""VADER's answers: the lexicon that is usually taken for such texts, with its authors' limits of +-0.05."""

import numpy
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def compounds(texts: list[str]) -> numpy.ndarray:
    analyzer = SentimentIntensityAnalyzer()
    return numpy.array([analyzer.polarity_scores(text)["compound"] for text in texts])


def classes(values: numpy.ndarray, limit: float = 0.05) -> numpy.ndarray:
    return numpy.where(values <= -limit, 0, numpy.where(values >= limit, 2, 1))


def best_limit(values: numpy.ndarray, labels: numpy.ndarray) -> float:
    """The limit with the most right answers on other sentences, for a comparison in VADER's favour."""
    return max(numpy.arange(0.01, 0.6, 0.01), key=lambda limit: (classes(values, limit) == labels).mean())
