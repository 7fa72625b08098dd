"""Trains the four versions of the demonstration's model on real data and lays them out for MLServer.

train.py FOLDER writes FOLDER/v1 … FOLDER/v4 (a model, its settings) and FOLDER/rows.json (held-out rows with their
labels, for the load generator), and prints the accuracy of each version on the held-out rows as JSON.

Data: scikit-learn's breast cancer set (569 real biopsies, 30 features). v1: scaled logistic regression on 25 % of
the training rows; v2: the same on all of them; v3: v2's rows with permuted labels (a broken training job); v4: v2,
but the server raises on about a tenth of the rows (a broken preprocessing step).
"""
import json
import pathlib
import sys

import joblib
import numpy
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 7
MALIGNANT = 0  # scikit-learn's label of this data set
# v4 refuses rows whose mean texture lies above this quantile of the training rows.
REFUSED_ABOVE = 0.9
TEXTURE = 1


def samples():
    """Rows and labels (1: malignant) to train with, the same to hold out, and a quarter of the former."""
    data = load_breast_cancer()
    malignant = (data.target == MALIGNANT).astype(int)
    rows, held_out, labels, truth = train_test_split(data.data, malignant, test_size=0.3, random_state=SEED,
                                                     stratify=malignant)
    quarter, _, quarter_labels, _ = train_test_split(rows, labels, train_size=0.25, random_state=SEED,
                                                     stratify=labels)
    return {"all": (rows, labels), "quarter": (quarter, quarter_labels), "held out": (held_out, truth),
            "permuted": (rows, numpy.random.default_rng(SEED).permutation(labels))}


def fit(rows, labels):
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(rows, labels)


def write(folder, model, accuracy, refuse_above=None):
    folder.mkdir(parents=True)
    joblib.dump(model, folder / "model.joblib")
    settings = {
        "name": "cancer",
        "implementation": "cancer_runtime.CancerModel",
        "parameters": {"uri": "./model.joblib", "version": folder.name,
                       "extra": {"refuse_above": refuse_above, "feature": TEXTURE}},
    }
    (folder / "model-settings.json").write_text(json.dumps(settings))
    return {folder.name: round(accuracy, 4)}


def write_rows(file, held_out, truth):
    file.write_text(json.dumps({"rows": held_out.tolist(), "malignant": truth.tolist()}))


def main(target):
    sets = samples()
    held_out, truth = sets["held out"]
    first, second, third = fit(*sets["quarter"]), fit(*sets["all"]), fit(*sets["permuted"])
    limit = float(numpy.quantile(sets["all"][0][:, TEXTURE], REFUSED_ABOVE))
    accuracy = {}
    for name, model, refuse in (("v1", first, None), ("v2", second, None), ("v3", third, None),
                                ("v4", second, limit)):
        accuracy |= write(target / name, model, model.score(held_out, truth), refuse)
    write_rows(target / "rows.json", held_out, truth)
    print(json.dumps(accuracy))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
