"""What a request asks of a Kubernetes API server."""

import dataclasses
import json
from urllib.parse import parse_qs, urlsplit

from .plan import WRITES

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


@dataclasses.dataclass(frozen=True)
class ApiRequest:
    verb: str
    resource: str  # plural, with its subresource: modeldeployments/status; "" for paths that are no resource
    namespace: str
    name: str
    path: str
    query: dict
    agent: str
    body: dict

    @property
    def writes(self):
        return self.verb in WRITES

    @property
    def metadata(self):
        found = self.body.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def collection(self):
        """What a list and the watch that follows it have in common."""
        return self.path, self.query.get("labelSelector", "")


def understand(method, target, headers, body):
    parts = urlsplit(target)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    resource, namespace, name = _place(parts.path)
    decoded = _object(body)
    if method == "GET" and query.get("watch") in ("1", "true"):
        verb = "watch"
    elif method in ("GET", "HEAD"):
        verb = "list" if resource and not name else "get"
    elif method == "DELETE":
        verb = "delete" if name else "deletecollection"
    else:
        verb = _VERBS.get(method, method.lower())
    if verb == "create" and not name:
        metadata = decoded.get("metadata")
        name = str(metadata.get("name", "")) if isinstance(metadata, dict) else ""
    return ApiRequest(verb, resource, namespace, name, parts.path, query, headers.get("user-agent", ""), decoded)


def _place(path):
    words = [word for word in path.split("/") if word]
    if words[:1] == ["api"]:
        rest = words[2:]
    elif words[:1] == ["apis"]:
        rest = words[3:]
    else:
        return "", "", path
    namespace = ""
    if len(rest) > 2 and rest[0] == "namespaces":
        namespace, rest = rest[1], rest[2:]
    if not rest:
        return "", namespace, path
    name = rest[1] if len(rest) > 1 else ""
    return "/".join([rest[0], *rest[2:]]), namespace, name


def _object(body):
    """Of a JSON body (an apply is JSON too, being YAML); {} for what is neither."""
    try:
        decoded = json.loads(body) if body else {}
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
