"""An authority of the tests' own, and what it signs, made by openssl."""

import subprocess

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    """`certificate` is its own, a file in PEM in `folder`. `before` stands before each command, such as faketime."""

    def __init__(self, folder, name="internal", before=()):
        self._folder, self._name, self._before = folder, name, before
        self.certificate, self._key = folder / f"{name}-ca.crt", folder / f"{name}-ca.key"
        common_name = name[:64]  # X.509 has no longer one (RFC 5280, ub-common-name)
        self._openssl("req", "-x509", *CURVE, "-days", 2, "-subj", f"/CN={common_name}", "-keyout", self._key,
                      "-out", self.certificate)

    def _openssl(self, *arguments):
        subprocess.run([*self._before, "openssl", *map(str, arguments)], check=True, capture_output=True)

    def sign(self, alternatives):
        """The files of a new certificate and its key, for names such as "DNS:a.example,IP:127.0.0.1"."""
        certificate, key = (self._folder / f"{self._name}-server.{end}" for end in ("crt", "key"))
        request, extension = self._folder / "request", self._folder / "extension"
        extension.write_text(f"subjectAltName={alternatives}\nextendedKeyUsage=serverAuth\n")
        self._openssl("req", *CURVE, "-subj", "/CN=server", "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                      "-days", 2, "-out", certificate, "-extfile", extension)
        return certificate, key
