"""The program itself, with TLS on both sides."""

import http.server
import json
import pathlib
import signal
import ssl
import subprocess
import sys
import threading
import urllib.request

import pytest

PROXY = pathlib.Path(__file__).parent.parent


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "faultproxy", *arguments], cwd=PROXY, capture_output=True, text=True,
                          timeout=30)


def test_check_tells_good_plans_from_bad_ones(tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text('{"rules": [{"when": {"verb": "get"}, "do": "drop"}]}')
    bad.write_text('{"rules": [{"when": {"verb": "get"}, "do": "frop"}]}')
    assert run("--check", str(good)).stdout == f"{good}: good\n"
    failed = run("--check", str(bad))
    assert failed.returncode == 1 and f"faultproxy: {bad}: rules[0].do: is 'frop'" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_missing_file_is_named():
    failed = run("--check", "/nowhere/plan.json")
    assert failed.returncode == 1 and "/nowhere/plan.json" in failed.stderr and "Traceback" not in failed.stderr


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-subj", "/CN=test",
         "-addext", "subjectAltName=DNS:kubernetes,IP:127.0.0.1"], check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps({"path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def api(certificate):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*certificate)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_the_program_takes_plans_while_it_runs(api, certificate):
    cert, key = map(str, certificate)
    proxy = subprocess.Popen(
        [sys.executable, "-m", "faultproxy", "--upstream", f"127.0.0.1:{api}", "--upstream-ca", cert,
         "--certificate", cert, "--key", key], cwd=PROXY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def command(body):
        proxy.stdin.write(json.dumps(body) + "\n")
        proxy.stdin.flush()
        while (record := json.loads(proxy.stdout.readline()))["log"] not in ("done", "error"):
            pass
        return record

    port = json.loads(proxy.stdout.readline())["port"]
    trust = ssl.create_default_context(cafile=cert)

    def ask():
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/api/v1/pods", context=trust, timeout=10) as answer:
            return json.load(answer)

    assert ask() == {"path": "/api/v1/pods"}
    bad = command({"plan": {"rules": [{"when": {"verb": "lst"}, "do": "drop"}]}})
    assert bad["log"] == "error" and "rules[0].when.verb" in bad["message"]
    assert command({"plan": {"rules": [{"when": {"verb": "list"}, "do": {"answer": 503}}]}}) == {"log": "done"}
    with pytest.raises(urllib.error.HTTPError, match="503"):
        ask()
    assert ask() == {"path": "/api/v1/pods"}
    victim = subprocess.Popen(["sleep", "60"])
    assert command({"operator": victim.pid}) == {"log": "done"}
    proxy.stdin.close()
    assert proxy.wait(timeout=10) == 0
    assert victim.wait(timeout=10) == -signal.SIGKILL, "no operator outlives its test"
    proxy.stdout.close()
