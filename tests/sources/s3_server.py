"""A real server with the API of S3 (Versity's gateway over a folder), and Amazon's own client."""

import os

import boto3
from botocore.config import Config

from rig import Server, Source, free_port

KEYS = {"AWS_ACCESS_KEY_ID": "serin-tests", "AWS_SECRET_ACCESS_KEY": "a/secret+of=tests"}


class S3Server(Server):
    def __init__(self, folder):
        port = free_port()
        for name in ("root", "versions"):
            (folder / name).mkdir()
        command = [os.environ["SERIN_VERSITYGW"], "--port", f"127.0.0.1:{port}", "--quiet", "--keep-alive", "posix",
                   "--versioning-dir", folder / "versions", folder / "root"]
        super().__init__(folder, port, command, {"ROOT_ACCESS_KEY": KEYS["AWS_ACCESS_KEY_ID"],
                                                 "ROOT_SECRET_KEY": KEYS["AWS_SECRET_ACCESS_KEY"]})
        self.address = f"http://127.0.0.1:{port}"
        self.client = boto3.client("s3", endpoint_url=self.address, region_name="us-east-1",
                                   aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
                                   aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
                                   config=Config(s3={"addressing_style": "path"}, proxies={}))

    def wait_until_ready(self):
        self.wait_for_answer("/", 30)

    def source(self, uri, *options, credentials=KEYS):
        return Source(uri, "--endpoint", self.address, *options, credentials=credentials)
