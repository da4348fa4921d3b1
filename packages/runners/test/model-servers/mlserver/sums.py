"""A model for MLServer: the sum of each row of numbers, and its word reversed."""

import numpy
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Sums(MLModel):
    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        by_name = {tensor.name: tensor for tensor in payload.inputs}
        numbers = NumpyCodec.decode_input(by_name["numbers"])
        words = StringCodec.decode_input(by_name["words"])
        if "poison" in words:
            raise ValueError("the model raised")
        sums = NumpyCodec.encode_output("sum", numbers.sum(axis=1).astype(numpy.float64))
        reversed_words = StringCodec.encode_output("reversed", [word[::-1] for word in words])
        return InferenceResponse(model_name=self.name, outputs=[sums, reversed_words])
