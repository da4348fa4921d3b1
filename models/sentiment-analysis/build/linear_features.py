"""How the linear model cuts a text into terms; model.mjs of version 0.0.27 does the same in JavaScript."""

import re

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[:;=]-?[()\[\]dp/\\|]|<3|[!?]", re.UNICODE)


def tokens(text: str) -> list[str]:
    """Words with their apostrophes ("don't"), emoticons and exclamation and question marks, in lower case."""
    return _TOKEN.findall(text.replace("\u2019", "'").lower())
