"""Giftless, a Git LFS server that others wrote, with a folder of its own: on loopback and without TLS, as behind a proxy.
SERIN_GIFTLESS is the interpreter that has it (tests/fetch/giftless.txt)."""

import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess
import time

KEY = "of-the-tests-and-long-enough-for-sha-256"
USER = "_jwt"  # in whose name giftless takes a token as a password


def _text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(*scopes, key=KEY):
    """A JSON Web Token that opens these, such as "obj:ml/fraud/*:read" (RFC 7519)."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"exp": int(time.time()) + 3600, "sub": "tests", "scopes": scopes}]
    signed = ".".join(_text(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_text(hmac.digest(key.encode(), signed.encode(), hashlib.sha256))}"


class Giftless:
    """`public`: everybody may read."""

    def __init__(self, folder, public=False):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        signed = {"factory": "giftless.auth.jwt:factory", "options": {"algorithm": "HS256", "private_key": KEY}}
        proxy = {"class": "werkzeug.middleware.proxy_fix:ProxyFix", "kwargs": {"x_host": 1, "x_proto": 1}}
        basic = {"factory": "giftless.transfer.basic_streaming:factory",
                 "options": {"storage_class": "giftless.storage.local_storage:LocalStorage",
                             "storage_options": {"path": str(folder)}, "action_lifetime": 900}}
        settings = {"LEGACY_ENDPOINTS": False, "MIDDLEWARE": [proxy], "TRANSFER_ADAPTERS": {"basic": basic},
                    "AUTH_PROVIDERS": [signed, *(["giftless.auth.allow_anon:read_only"] if public else [])],
                    "PRE_AUTHORIZED_ACTION_PROVIDER": signed}
        self._process = subprocess.Popen(
            [os.environ["SERIN_GIFTLESS"], "-m", "flask", "--app", "giftless.wsgi_entrypoint", "run", "--port", str(self.port)],
            cwd=folder, env={"PATH": os.environ["PATH"], "GIFTLESS_CONFIG_STR": json.dumps(settings)},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._wait()

    def _wait(self):
        end = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < end:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self._process.kill()
        raise AssertionError(f"giftless did not start: {self._process.communicate()[1].decode()}")

    def has(self, content):
        """Whether it keeps an object with that content."""
        return bool(list(self.folder.rglob(hashlib.sha256(content).hexdigest())))

    def stop(self):
        self._process.kill()
        self._process.communicate()
