"""Answers that the proxy gives itself, in the API server's form."""

import json

from . import http1

_REASONS = {
    401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 410: "Expired", 422: "Invalid",
    429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout"}


def status_object(code, reason=None, message=None):
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": code,
            "reason": reason or _REASONS.get(code, "Unknown"), "message": message or "a fault of the plan"}


def refusal(action):
    """Bytes of the answer that an "answer" action orders."""
    headers = {"content-type": "application/json"}
    if "retryAfter" in action.options:
        headers["retry-after"] = str(action.options["retryAfter"])
    body = status_object(action.value, action.options.get("reason"), action.options.get("message"))
    return http1.encode(("HTTP/1.1", str(action.value), body["reason"]), headers, json.dumps(body).encode())


def ok(body):
    return http1.encode(("HTTP/1.1", "200", "OK"), {"content-type": "application/json"}, body)


WATCH_HEAD = http1.encode(("HTTP/1.1", "200", "OK"),
                          {"content-type": "application/json", "transfer-encoding": "chunked"})
