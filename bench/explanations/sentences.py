"""Writes 200 sentences that the bundled sentiment model was never trained on, as a JSON array.

Usage: pip download vaderSentiment==3.3.2 --no-deps --no-binary :all: -d DATA
       python bench/explanations/sentences.py DATA > sentences.json
"""

import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "sentiment-analysis" / "build"))
from sentences import read_sentences  # noqa: E402

held_out = [s.text for s in read_sentences(Path(sys.argv[1])) if s.part == "held-out" and 6 <= len(s.text.split()) <= 40]
json.dump(random.Random(1).sample(sorted(set(held_out)), 200), sys.stdout, indent=1)
