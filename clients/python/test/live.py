"""The live server that the tests run against, as the environment names it."""

import json
import os
import ssl
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import rupt


@dataclass(frozen=True)
class Server:
    target: str
    inbox: str
    ca: str | None

    def connect(self, secret: str | None = None) -> rupt.Client:
        tls = {"ca": Path(self.ca).read_bytes()} if self.ca else {"plaintext": True}
        return rupt.connect(self.target, secret or os.environ["RUPT_SECRET"], **tls)

    def code_for(self, contact: str) -> str:
        """The newest code that arrived for a contact."""
        trust = ssl.create_default_context(cafile=self.ca) if self.ca else None
        request = urllib.request.Request(self.inbox, headers={"accept": "application/json"})
        with urllib.request.urlopen(request, context=trust) as response:
            return next(message["code"] for message in json.load(response)["data"] if message["to"] == contact)


SERVERS = {
    "plaintext": Server(os.environ["RUPT_TARGET"], os.environ["RUPT_INBOX"], None),
    "TLS": Server(os.environ["RUPT_TLS_TARGET"], os.environ["RUPT_TLS_INBOX"], os.environ["RUPT_CA"]),
}
