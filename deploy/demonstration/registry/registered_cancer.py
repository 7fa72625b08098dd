"""MLServer's MLflow runtime as it is, with the scores that it answers counted: P(malignant) in ten equal bins."""
from mlserver.types import InferenceRequest, InferenceResponse
from mlserver_mlflow import MLflowRuntime
from score_histogram import SCORES


class RegisteredCancer(MLflowRuntime):
    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        response = await super().predict(payload)
        for malignant in list(response.outputs[0].data)[::2]:  # two probabilities a row, malignant first
            SCORES.observe(float(malignant))
        return response
