"""The second listener of `leadline serve`: the files of courses, on an origin of their own."""

import socket
from threading import Thread
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leadline.app import App

STOP_SECONDS = 5  # whoever watches a video may lose the rest of it
BACKLOG_CONNECTIONS = 1_024
CONNECTIONS_MAX = 400  # each may hold a file open besides; more are told to come again


class ContentServer:
    """Serves course content in a thread beside the caller, until told to stop."""

    def __init__(self, app: "App") -> None:
        """Take the port. Raises ClickException where it is taken already."""
        import uvicorn

        from leadline.web.content import CourseContent

        chosen = app.settings
        try:
            self._socket = socket.create_server(
                (chosen.host, chosen.content_port),
                family=socket.AF_INET6 if ":" in chosen.host else socket.AF_INET,
                backlog=BACKLOG_CONNECTIONS,
            )
        except OSError as problem:
            raise click.ClickException(
                f"Course content cannot be served on {chosen.host} port {chosen.content_port}: "
                f"{problem.strerror}. Choose another by LEADLINE_CONTENT_PORT."
            ) from problem
        # asyncio does this for sockets that it makes itself; without it each reply waits 40 ms for
        # the reader's acknowledgement of its first half.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._server = uvicorn.Server(
            uvicorn.Config(
                CourseContent(app.library),
                lifespan="off",
                log_level="warning",
                server_header=False,
                limit_concurrency=CONNECTIONS_MAX,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._thread = Thread(
            target=self._server.run, args=([self._socket],), name="content", daemon=True
        )

    def start(self) -> None:
        """Serve beside the caller."""
        self._thread.start()

    def stop(self) -> None:
        """Let the answers under way end, but not for ever."""
        self._server.should_exit = True
        self._thread.join(2 * STOP_SECONDS)
        self._socket.close()
