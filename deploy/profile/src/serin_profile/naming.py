"""How a feature is called among a pod's metrics: what the observer exports and the advice names."""

import re

PREFIX = "model_"
CLASS_LABEL = "value"


def metric_base(feature, prefix=PREFIX):
    """The feature's name with what no metric name may have replaced by "_"."""
    base = re.sub(r"[^a-zA-Z0-9_:]", "_", prefix + feature)
    return "_" + base if base[:1].isdigit() else base


def observed_counter(feature, prefix=PREFIX):
    """Counts all values of a numeric feature, missing ones too."""
    return metric_base(feature, prefix) + "_observed_total"


def missing_counter(feature, prefix=PREFIX):
    """Counts the missing values of a numeric feature."""
    return metric_base(feature, prefix) + "_missing_total"


def class_counter(feature, prefix=PREFIX):
    """Counts the values of a feature of classes, by CLASS_LABEL."""
    return metric_base(feature, prefix) + "_total"
