"""The endpoint alone, on loopback: `python server.py DATABASE_URL`; prints its port."""

import socket
import sys
from types import SimpleNamespace

import uvicorn

from leadline.config import Settings
from leadline.store import Credentials, Database, Log, Sources
from leadline.web.xapi import XapiEndpoint


def endpoint_on(database: Database) -> XapiEndpoint:
    """As `XapiEndpoint(build(Settings()))`, without waiting for the analytics to be imported."""
    return XapiEndpoint(
        SimpleNamespace(
            settings=Settings(),
            database=database,
            log=Log(database),
            sources=Sources(database),
            credentials=Credentials(database),
        )
    )


def listening() -> socket.socket:
    opened = socket.socket()
    opened.bind(("127.0.0.1", 0))
    opened.listen()
    return opened


if __name__ == "__main__":
    line = listening()
    config = uvicorn.Config(
        endpoint_on(Database.open(sys.argv[1])), log_level="error", lifespan="off"
    )
    print(line.getsockname()[1], flush=True)
    uvicorn.Server(config).run(sockets=[line])
