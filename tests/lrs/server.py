"""The endpoint alone, on loopback: `python server.py DATABASE_URL`; prints its port."""

import socket
import sys
from pathlib import Path

import uvicorn

from leadline.app import App
from leadline.config import Settings
from leadline.store import Database
from leadline.web.xapi import XapiEndpoint


def endpoint_on(database: Database) -> XapiEndpoint:
    """The endpoint of an application whose database is open already."""
    app = App(Settings(home=Path("no-home")))
    vars(app)["database"] = database
    return XapiEndpoint(app)


def listening() -> socket.socket:
    opened = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio leaves Nagle on: 40 ms a reply
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
