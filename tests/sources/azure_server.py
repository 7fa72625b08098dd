"""A real server with the API of Azure Blob Storage (Azurite, Microsoft's emulator), and Azure's own client."""

import base64
import datetime
import os

from azure.storage.blob import BlobServiceClient, ContainerSasPermissions, generate_container_sas

from rig import Server, Source, free_port

ACCOUNT = "serintests"
KEY = base64.b64encode(b"an account's key of tests").decode()
KEYS = {"AZURE_STORAGE_ACCESS_KEY": KEY}


class AzureServer(Server):
    def __init__(self, folder, *flags):
        port = free_port()
        command = [os.environ["SERIN_AZURITE"], "--blobHost", "127.0.0.1", "--blobPort", port, "--inMemoryPersistence",
                   "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--disableProductStyleUrl", *flags]
        super().__init__(folder, port, command, {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"})
        self.address = f"http://127.0.0.1:{port}"
        self.client = BlobServiceClient(f"{self.address}/{ACCOUNT}", credential=KEY)

    def wait_until_ready(self):
        self.wait_for_answer("/", 60)

    def source(self, path, *options, credentials=KEYS):
        return Source(f"azureblob://{ACCOUNT}/{path}", "--endpoint", self.address, *options, credentials=credentials)

    def signature(self, container, permissions="rl", days=1):
        """A shared access signature of a container, as people make them."""
        now = datetime.datetime.now(datetime.timezone.utc)
        return generate_container_sas(ACCOUNT, container, account_key=KEY, start=now - datetime.timedelta(days=2),
                                      permission=ContainerSasPermissions.from_string(permissions),
                                      expiry=now + datetime.timedelta(days=days))
