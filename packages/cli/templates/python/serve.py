"""Serves the model over HTTP: GET /status when it is loaded, POST /run for one input whose files are in a folder."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def classify(text):
    if not text.strip():
        raise ValueError("input.txt has no text")
    question = 0.9 if "?" in text else 0.2
    scores = {"question": question, "statement": 1 - question}
    predictions = [{"class": name, "score": score} for name, score in sorted(scores.items(), key=lambda item: -item[1])]
    return {"data": {"result": {"classPredictions": predictions}, "explanation": None, "drift": None}}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200 if self.path == "/status" else 404, "ready")

    def do_POST(self):
        job = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            result = classify(Path(job["input"], "input.txt").read_text("utf-8"))
        except (ValueError, OSError) as error:
            return self.answer(422, str(error))
        Path(job["output"], "results.json").write_text(json.dumps(result), "utf-8")
        self.answer(200, "done")

    def answer(self, status, message):
        body = json.dumps({"statusCode": status, "status": str(status), "message": message}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PSC_MODEL_PORT"])), Handler).serve_forever()
