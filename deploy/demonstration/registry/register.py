"""What the data scientist of the demonstration does, with MLflow's own client.

register.py train SET…   trains on each of these sets of rows (quarter, all, permuted), logs and registers the model;
                         prints {SET: {"version": NUMBER, "accuracy": on held-out rows}}
register.py point ALIAS NUMBER
register.py show NUMBER  prints {"tags": of that version, "aliases": {NAME: NUMBER}}
register.py predict URI COUNT
                         prints {"rows": so many of the held-out rows, "answers": what the model of that URI makes of
                         each, as MLflow's own client loads it}
register.py rows FILE    writes the held-out rows with their labels, for the clients
The address of the tracking server stands in MLFLOW_TRACKING_URI.
"""
import json
import pathlib
import sys

import mlflow
import sklearn
from mlflow.models import infer_signature
from train import fit, samples, write_rows

MODEL = "cancer"


def train(name):
    sets = samples()
    rows, malignant = sets[name]
    held_out, truth = sets["held out"]
    # scikit-learn's own labels, 0 for malignant: the first of the two probabilities is P(malignant).
    model = fit(rows, 1 - malignant)
    accuracy = float(model.score(held_out, 1 - truth))
    with mlflow.start_run():
        mlflow.log_param("rows", name)
        mlflow.log_metric("accuracy", accuracy)
        # The requirements are stated, for MLflow would load the model in another process to find them out.
        logged = mlflow.sklearn.log_model(model, name="model", signature=infer_signature(rows, model.predict_proba(rows)),
                                          pyfunc_predict_fn="predict_proba",
                                          pip_requirements=[f"scikit-learn=={sklearn.__version__}"])
    version = mlflow.register_model(logged.model_uri, MODEL).version
    return {"version": str(version), "accuracy": round(accuracy, 4)}


def train_all(*names):
    return {name: train(name) for name in names}


def predict(uri, count):
    rows = samples()["held out"][0][:int(count)]
    return {"rows": rows.tolist(), "answers": mlflow.pyfunc.load_model(uri).predict(rows).tolist()}


def show(number):
    client = mlflow.MlflowClient()
    return {"tags": client.get_model_version(MODEL, number).tags,
            "aliases": {k: str(v) for k, v in client.get_registered_model(MODEL).aliases.items()}}


def main(what, *words):
    if what == "rows":
        write_rows(pathlib.Path(words[0]), *samples()["held out"])
    elif what == "point":
        mlflow.MlflowClient().set_registered_model_alias(MODEL, *words)
    else:
        # The client tells of its steps on the standard output too.
        print("\n" + json.dumps({"train": train_all, "predict": predict, "show": show}[what](*words)))


if __name__ == "__main__":
    main(*sys.argv[1:])
