"""A server of the gRPC container contract in Python, from nothing but the proto file."""

import json
import os
import pathlib
import sys
from concurrent import futures

import grpc

protos = pathlib.Path(__file__).resolve().parents[2] / "proto"
sys.path.insert(0, str(protos))
messages, services = grpc.protos_and_services("model.proto")


class Model(services.ModzyModelServicer):
    loaded = False

    def Status(self, request, context):
        self.loaded = True
        features = messages.ModelFeatures(batch_size=8)
        return messages.StatusResponse(status_code=200, status="OK", message="ready", features=features)

    def Run(self, request, context):
        if not self.loaded:
            raise RuntimeError("Status comes first")
        return messages.RunResponse(status_code=200, status="OK", outputs=[self.one(item) for item in request.inputs])

    def one(self, item):
        text = item.input["input"].decode()
        if text == "fail":
            return messages.OutputItem(output={"error": b"this input cannot be used"}, success=False)
        body = json.dumps({"data": {"result": text.upper()}})
        return messages.OutputItem(output={"results.json": body.encode()}, success=True)


limit = 250 * 2**20
server = grpc.server(
    futures.ThreadPoolExecutor(1),
    options=[("grpc.max_send_message_length", limit), ("grpc.max_receive_message_length", limit)],
)
services.add_ModzyModelServicer_to_server(Model(), server)
server.add_insecure_port("127.0.0.1:" + os.environ["PSC_MODEL_PORT"])
server.start()
server.wait_for_termination()
