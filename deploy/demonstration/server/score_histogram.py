"""One histogram for the whole process. It has a module of its own because MLServer imports a runtime's module more
than once, and the metrics library refuses to make the same metric a second time."""
from prometheus_client import Histogram

SCORES = Histogram("model_score", "P(malignant) of each scored row", buckets=[i / 10 for i in range(1, 10)])
