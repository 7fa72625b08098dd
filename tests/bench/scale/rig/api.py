"""Reading from the API server as an administrator: objects, and what becomes of many of them."""

import http.client
import json
import ssl
import threading
import time

from .surroundings import API, Failed, path

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def connect(timeout):
    context = ssl.create_default_context(cafile=path("pki") / "ca.crt")
    context.load_cert_chain(path("pki") / "admin.crt", path("pki") / "admin.key")
    return http.client.HTTPSConnection(*API, context=context, timeout=timeout)


def ask(method, target, body=None, **headers):
    connection = connect(120)
    try:
        connection.request(method, target, body=body, headers={key.replace("_", "-"): it for key, it in headers.items()})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Failed(f"{method} {target}: {answer.status} {text[:300]!r}")
        return json.loads(text)
    finally:
        connection.close()


def get(target, accept="application/json"):
    return ask("GET", target, accept=accept)


def patch(target, change):
    return ask("PATCH", target, json.dumps(change), content_type="application/merge-patch+json")


class Rows:
    """Follows a collection as `kubectl get -w` shows it: one row of cells for each object, by name of the column. Rows
    cost the API server and us far less than whole objects do."""

    def __init__(self, collection):
        self._target = f"{collection}?watch=1&includeObject=None&timeoutSeconds=3600"
        self._changed = threading.Condition()
        self._rows = {}
        self._goal = None
        self._reached = {}  # when each row met the goal, time.time()
        self._closed = False
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def expect(self, goal):
        """From now on it is noted when each row first meets `goal`."""
        with self._changed:
            self._goal = goal
            self._reached = {name: time.time() for name, row in self._rows.items() if goal(row)}

    def wait(self, count, timeout):
        """Until so many rows met the goal at one time or another; returns when each did."""
        end = time.time() + timeout
        with self._changed:
            while len(self._reached) < count:
                if not self._changed.wait(min(5, end - time.time())) and time.time() >= end:
                    missing = [row for name, row in self._rows.items() if name not in self._reached][:3]
                    raise Failed(f"{len(self._reached)} of {count} after {timeout} s; of the others: {missing}")
            return dict(self._reached)

    def close(self):
        self._closed = True

    def _follow(self):
        while not self._closed:
            try:
                self._read()
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.2)  # the API server is away; the next watch begins with everything there is

    def _read(self):
        connection = connect(600)
        try:
            connection.request("GET", self._target, headers={"Accept": TABLE})
            answer = connection.getresponse()
            if answer.status != 200:
                raise ValueError(answer.read())
            columns = []
            while line := answer.readline():
                if self._closed:
                    return
                table = json.loads(line)["object"]
                columns = [column["name"] for column in table.get("columnDefinitions") or []] or columns
                for row in table.get("rows", []):
                    self._note(dict(zip(columns, row["cells"])))
        finally:
            connection.close()

    def _note(self, row):
        with self._changed:
            name = row["Name"]
            self._rows[name] = row
            if self._goal and name not in self._reached and self._goal(row):
                self._reached[name] = time.time()
                self._changed.notify_all()
