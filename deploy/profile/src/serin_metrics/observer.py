"""Counts what a model sees and says, in the buckets of its profile."""

from prometheus_client import REGISTRY, Counter, Histogram

from serin_profile.naming import (CLASS_LABEL, PREFIX, class_counter, metric_base, missing_counter,
                                  observed_counter)
from serin_profile.profile import MISSING_CLASS, OTHER_CLASS, Profile, ProfileError
from serin_profile.profile import Histogram as HistogramOfProfile
from serin_profile.values import class_text, is_missing


class Observer:
    """Metrics for the features of a profile (a Profile or the path of its file), registered once a process.

    A number goes into a histogram <prefix><feature> with the profile's edges, and is counted in <…>_observed_total;
    NaN and None are counted in <…>_missing_total instead of the histogram. A class goes into <prefix><feature>_total,
    label "value"; one that the profile does not have counts as "(other)", so that the number of series is bounded.

    Thread-safe. In prometheus_client's multiprocess mode make it in each worker process, after PROMETHEUS_MULTIPROC_DIR
    was set."""

    def __init__(self, profile, features=None, prefix=PREFIX, registry=REGISTRY):
        profile = profile if isinstance(profile, Profile) else Profile.load(profile)
        wanted = list(profile.features) if features is None else list(features)
        for name in wanted:
            if name not in profile.features:
                raise ProfileError(f'the profile has no feature "{name}"; it has: {", ".join(profile.features)}')
        self._features = {}
        for name in wanted:
            feature = profile.features[name]
            kind = _Numbers if isinstance(feature, HistogramOfProfile) else _Classes
            self._features[name] = kind(name, feature, prefix, registry)

    def observe(self, **values):
        """One value a feature, or a list, tuple or array of them."""
        for name, value in values.items():
            self.observe_feature(name, value)

    def observe_feature(self, name, value):
        """As observe(), for a feature whose name is no Python identifier."""
        feature = self._features.get(name)
        if feature is None:
            raise ProfileError(f'there is no feature "{name}"; observed are: {", ".join(self._features)}')
        if hasattr(value, "tolist"):
            value = value.tolist()
        for single in value if isinstance(value, (list, tuple)) else (value,):
            feature.observe(single.item() if hasattr(single, "item") else single)

    def observe_rows(self, rows, columns):
        """Rows of a two-dimensional array, or a list of rows. `columns` names what stands where in a row, as
        serin_profile.columns_of() reads it from the signature of the model; those that are no feature are left out."""
        columns = list(columns)
        rows = rows.tolist() if hasattr(rows, "tolist") else list(rows)
        if not any(name in self._features for name in columns):
            raise ProfileError(f'none of the columns is a feature: {", ".join(columns)}; observed are: '
                               f'{", ".join(self._features)}')
        for row in rows:
            if not hasattr(row, "__len__") or isinstance(row, str) or len(row) != len(columns):
                raise ProfileError(f'a row is {str(row)[:80]}, and there are {len(columns)} columns: '
                                   f'{", ".join(columns)}; give rows with a value for each')
        for row in rows:
            for name, value in zip(columns, row):
                if name in self._features:
                    self.observe_feature(name, value)


class _Numbers:
    def __init__(self, name, feature, prefix, registry):
        base = metric_base(name, prefix)
        self._histogram = Histogram(base, f"Values of {name}", buckets=feature.edges, registry=registry)
        self._observed = Counter(observed_counter(name, prefix), f"Values of {name}, missing ones too",
                                 registry=registry)
        self._missing = Counter(missing_counter(name, prefix), f"Missing values of {name}", registry=registry)

    def observe(self, value):
        self._observed.inc()
        if is_missing(value):
            self._missing.inc()
        else:
            self._histogram.observe(value)


class _Classes:
    def __init__(self, name, feature, prefix, registry):
        counter = Counter(class_counter(name, prefix), f"Values of {name} by class", [CLASS_LABEL], registry=registry)
        known = [*feature.counts, MISSING_CLASS, OTHER_CLASS]
        self._counters = {label: counter.labels(label) for label in known}

    def observe(self, value):
        label = MISSING_CLASS if is_missing(value) else class_text(value)
        self._counters.get(label, self._counters[OTHER_CLASS]).inc()
