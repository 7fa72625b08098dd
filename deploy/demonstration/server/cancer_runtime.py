"""The MLServer runtime of the demonstration: P(malignant) per row, exported as a histogram of ten equal bins."""
import joblib
import numpy
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.errors import MLServerError
from mlserver.types import InferenceRequest, InferenceResponse
from mlserver.utils import get_model_uri
from score_histogram import SCORES


class CancerModel(MLModel):
    async def load(self) -> bool:
        extra = self.settings.parameters.extra or {}
        self._refuse_above, self._feature = extra.get("refuse_above"), extra.get("feature")
        self._pipeline = joblib.load(await get_model_uri(self.settings))
        return True

    async def predict(self, request: InferenceRequest) -> InferenceResponse:
        rows = NumpyCodec.decode_input(request.inputs[0])
        if self._refuse_above is not None and bool((rows[:, self._feature] > self._refuse_above).any()):
            raise MLServerError(f"{self.version}: preprocessing failed: texture out of the range of the lookup table",
                                500)
        scores = self._pipeline.predict_proba(rows)[:, 1]
        for score in scores:
            SCORES.observe(float(score))
        output = NumpyCodec.encode_output("malignant", numpy.round(scores, 6))
        return InferenceResponse(model_name=self.name, model_version=self.version, outputs=[output])
