"""Ends with 0 if the bot on this machine says that it is alive, else with 1. For a container's HEALTHCHECK.

It needs METRICS_PORT, and nothing but a bare Python: it is started twice a minute.
"""

import os
import socket
import sys


def is_alive(port: int) -> bool:
    """Whether `/healthz` answers 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=4) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return line.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_alive(int(os.environ.get("METRICS_PORT", "9108"))) else 1)
