"""What to do with a profile: the command that stores it and the lines of YAML that use it."""

import json

from serin_profile.naming import CLASS_LABEL, class_counter, metric_base, missing_counter, observed_counter
from serin_profile.profile import Histogram


def advice(profile, path, configmap):
    """Text for people."""
    lines = ["Store it where the ModelDeployment is:",
             f"  kubectl create configmap {configmap} --from-file=profile.json={path} --dry-run=client -o yaml "
             "| kubectl apply -f -",
             "(or among the files of a model that has a source: then state reference: {modelFile: PATH}, and each version "
             "brings its own).",
             "Let the serving process count with the same buckets (serin_metrics does), and let Serin compare:",
             "  analysis:",
             f"    reference: {{configMap: {{name: {configmap}}}}}",
             "    metrics:"]
    for name, feature in profile.features.items():
        lines += [f"    - {line}" for line in _metrics(name, feature)]
    histograms = {name: f for name, f in profile.features.items() if isinstance(f, Histogram)}
    if histograms:
        lines.append("Buckets, for code that makes its Prometheus histograms itself:")
        lines += [f"  {name}: {json.dumps(list(feature.edges))}" for name, feature in histograms.items()]
    return "\n".join(lines) + "\n"


def _metrics(name, feature):
    # A YAML text in double quotes is a JSON text.
    drift, reference = json.dumps(metric_base(name)), json.dumps(name)
    if isinstance(feature, Histogram):
        yield f"{{name: {reference}, drift: {{histogram: {drift}}}, reference: {{feature: {reference}}}}}"
        if feature.missing:
            yield (f"{{name: {json.dumps(name + '-missing')}, share: {{total: {observed_counter(name)}, "
                   f"bad: {missing_counter(name)}}}}}")
    else:
        yield (f"{{name: {reference}, drift: {{counter: {class_counter(name)}, by: {CLASS_LABEL}}}, "
               f"reference: {{feature: {reference}}}}}")
