"""A mail server for tests: keeps what it is given, and can be told to refuse or to take its time."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Session(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        sink = self.server.sink
        self._say("220 sink")
        while line := self.rfile.readline():
            word = line.decode("ascii", "replace").strip()
            verb = word[:4].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "DATA":
                self._say("354 go on")
                self._take_mail()
            elif verb == "RCPT" and sink.refuse:
                self._say(f"{sink.refuse} no, {word}")
            else:
                self._say("250 ok")

    def _take_mail(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        sink = self.server.sink
        sink.mails.append(b"".join(lines).decode())
        if len(sink.mails) == sink.hold_at:
            sink.go_on.clear()
            sink.held.set()
        sink.arrived.set()
        # The mail is here, and the client does not know yet: the moment at which a worker may die.
        sink.go_on.wait(60)
        self._say("250 kept")

    def _say(self, text: str) -> None:
        try:
            self.wfile.write(f"{text}\r\n".encode())
        except OSError:
            return


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Sink:
    def __init__(self) -> None:
        self.mails: list[str] = []
        self.refuse = ""
        self.arrived, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        # At this number of mails the server falls silent, until `go_on`.
        self.hold_at, self.held = 0, threading.Event()
        self.port = 0

    def message_ids(self) -> list[str]:
        return self._headers("message-id")

    def recipients(self) -> list[str]:
        return self._headers("to")

    def _headers(self, name: str) -> list[str]:
        return [
            line.partition(":")[2].strip()
            for text in self.mails
            for line in text.partition("\r\n\r\n")[0].splitlines()
            if line.lower().startswith(f"{name}:")
        ]


@contextmanager
def sink(port: int = 0) -> Iterator[Sink]:
    found = Sink()
    with _Server(("127.0.0.1", port), _Session) as server:
        server.sink = found  # type: ignore[attr-defined]
        found.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        try:
            yield found
        finally:
            found.go_on.set()
            server.shutdown()
            thread.join()
