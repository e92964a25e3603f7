"""gRPC client of the Rupt account-takeover protection service. See README.md."""

from rupt.client import Client, connect
from rupt.errors import error_info

__all__ = ["Client", "connect", "error_info"]
