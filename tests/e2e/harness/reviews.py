"""Whose a service account's token is, as clouds find out of clusters whose issuer they trust: here by a TokenReview, which
checks the same signature, audience and end."""

import json

from .cluster import CLUSTER

PATH = "/apis/authentication.k8s.io/v1/tokenreviews"


class Reviews:
    """`seen`: the tokens that were somebody's, each with the pod that it is bound to; None: to none. Thread-safe."""

    def __init__(self):
        self.seen = []

    def subject(self, token, audience):
        """The subject of a token for that audience; a ValueError where it is nobody's or for another one."""
        code, text = CLUSTER.request("POST", PATH, json.dumps({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
            "spec": {"token": token, "audiences": [audience]}}))
        assert code == 201, f"{code} {text}"
        status = json.loads(text)["status"]
        if not status.get("authenticated") or audience not in status.get("audiences", []):
            raise ValueError(status.get("error", "the token is nobody's"))
        [pod] = status["user"].get("extra", {}).get("authentication.kubernetes.io/pod-name", [None])
        self.seen.append((token, pod))
        return status["user"]["username"]
