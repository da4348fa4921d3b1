"""Fine-tunes the transformer and keeps the epoch that is best on the validation sentences.

Usage: python train_transformer.py DATA WORK
"""

import random
import sys
import time
from pathlib import Path

import torch

from sentences import Sentence, read_sentences
from transformer import SentimentTransformer, pretrained, tensors, tokenizer

EPOCHS = 2
BATCH_SIZE = 32
ENCODER_RATE = 8e-5
HEAD_RATE = 1e-3
MAXIMUM_TOKENS = 64
WARM_UP = 0.1
# How sure people were: a mean of 0.6 is hardly positive, so its target is shared with the neighbouring class.
SOFTNESS = 0.35


def main(data: Path, work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    random.seed(1)
    torch.set_num_threads(1)
    sentences = read_sentences(data)
    cutter = tokenizer(MAXIMUM_TOKENS)
    training = encode([s for s in sentences if s.part == "training"], cutter)
    validation = encode([s for s in sentences if s.part == "validation"], cutter)

    model = pretrained()
    optimizer = torch.optim.AdamW(
        [
            {"params": model.encoder.parameters(), "lr": ENCODER_RATE},
            {"params": model.head.parameters(), "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
        fused=True,
    )
    steps = EPOCHS * -(-len(training) // BATCH_SIZE)
    warm = WARM_UP * steps
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / warm, max(0.0, (steps - step) / (steps - warm)))
    )
    best = 0.0
    for epoch in range(EPOCHS):
        started = time.monotonic()
        loss = train(model, training, optimizer, schedule)
        accuracy = evaluate(model, validation)
        print(
            f"epoch {epoch + 1}: loss {loss:.4f}, validation accuracy {accuracy:.4f}, {time.monotonic() - started:.0f} s",
            flush=True,
        )
        if accuracy > best:
            best = accuracy
            torch.save(model.state_dict(), work / "best.pt")


def encode(sentences: list[Sentence], cutter) -> list[tuple[list[int], int, list[float]]]:
    return [(cutter.encode(s.text).ids, s.label, target(s.rating)) for s in sentences]


def target(rating: float) -> list[float]:
    """Probabilities of the three classes that a mean rating stands for; they sum to 1."""
    above = [torch.sigmoid(torch.tensor((rating - limit) / SOFTNESS)).item() for limit in (-0.5, 0.5)]
    return [1 - above[0], above[0] - above[1], above[1]]


def train(model: SentimentTransformer, rows, optimizer, schedule) -> float:
    model.train()
    losses = []
    for batch in batches(rows):
        # Four times as fast as 32 bits on a processor with AMX.
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(**tensors([ids for ids, _, _ in batch]))
        loss = torch.nn.functional.cross_entropy(logits.float(), torch.tensor([aim for _, _, aim in batch]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def batches(rows):
    """Shuffled, with rows of like length together, so that little is padding."""
    shuffled = random.sample(rows, len(rows))
    chunk = 50 * BATCH_SIZE
    groups = []
    for first in range(0, len(shuffled), chunk):
        sorted_rows = sorted(shuffled[first : first + chunk], key=lambda row: len(row[0]))
        groups += [sorted_rows[at : at + BATCH_SIZE] for at in range(0, len(sorted_rows), BATCH_SIZE)]
    return random.sample(groups, len(groups))


@torch.no_grad()
def evaluate(model: SentimentTransformer, rows) -> float:
    model.eval()
    right = 0
    ordered = sorted(rows, key=lambda row: len(row[0]))
    for first in range(0, len(ordered), 64):
        batch = ordered[first : first + 64]
        found = model(**tensors([ids for ids, _, _ in batch])).argmax(1)
        right += (found == torch.tensor([label for _, label, _ in batch])).sum().item()
    return right / len(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
