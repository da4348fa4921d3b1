"""What one would write instead: threads that fetch with boto3, prepare with Pillow or tokenizers, and run ONNX Runtime on one input at a time.

Says that it is ready, reads a task a line, and answers with the seconds that it took and the best class of each input. Nothing is kept or retried.
"""

import io
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import numpy as np
import onnxruntime
from PIL import Image
from tokenizers import Tokenizer

THREADS = 8


def classifier_of_photographs(session, folder):
    name = session.get_inputs()[0].name

    def classify(body):
        image = Image.open(io.BytesIO(body)).convert("RGB")
        scale = 256 / min(image.size)
        image = image.resize((round(image.width * scale), round(image.height * scale)), Image.BICUBIC)
        left, top = (image.width - 223) // 2, (image.height - 223) // 2
        pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), np.float32)
        return session.run(None, {name: ((pixels - 127) / 128).transpose(2, 0, 1)[None]})[0][0]

    return classify


def classifier_of_texts(session, folder):
    tokenizer = Tokenizer.from_file(f"{folder}/weights/tokenizer.json")
    tokenizer.enable_truncation(128)
    tokenizer.no_padding()
    names = [one.name for one in session.get_inputs()]

    def classify(body):
        text = tokenizer.encode(body.decode())
        values = {"input_ids": text.ids, "attention_mask": text.attention_mask, "token_type_ids": text.type_ids}
        return session.run(None, {name: np.array([values[name]], np.int64) for name in names})[0][0]

    return classify


def main():
    classifiers = {"photographs": classifier_of_photographs, "texts": classifier_of_texts}
    opened = {}
    print("ready", flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        task = json.loads(line)
        if task["kind"] not in opened:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = task["sessionThreads"]
            session = onnxruntime.InferenceSession(f"{task['model']}/weights/model.onnx", options)
            config = boto3.session.Config(max_pool_connections=THREADS, s3={"addressing_style": "path"})
            client = boto3.client("s3", endpoint_url=task["endpoint"], config=config, **task["access"])
            opened[task["kind"]] = client, classifiers[task["kind"]](session, task["model"])
        client, classify = opened[task["kind"]]
        fetch = lambda key: client.get_object(Bucket=task["bucket"], Key=key)["Body"].read()
        with ThreadPoolExecutor(THREADS) as pool:
            classes = list(pool.map(lambda key: int(classify(fetch(key)).argmax()), task["keys"]))
        print(json.dumps({"seconds": time.perf_counter() - started, "classes": classes}), flush=True)


main()
