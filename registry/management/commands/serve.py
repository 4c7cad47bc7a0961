import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from registry.management.preparation import fill_with_sample, first_account, prepare
from registry.management.supervisor import Child, supervise


class Command(BaseCommand):
    help = "Do all set-up, then serve: gunicorn beside one worker, each started again where it dies."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
        parser.add_argument("--without-sample", action="store_true", help="leave an empty registry empty")

    def handle(self, **options: Any) -> None:
        with listen(options["host"], options["port"]) as door:
            prepare(self.say)
            # On a public address the sample would be published for good: a release cannot be removed.
            if settings.ON_LOOPBACK and not options["without_sample"]:
                fill_with_sample(self.say)
            first_account(self.say)
            connections.close_all()
            self.say(f"The trust page is at {settings.PUBLIC_URL}/, its staff at {settings.PUBLIC_URL}/admin/")
            status = supervise(children(door), self.say)
        if status:
            sys.exit(status)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def listen(host: str, port: str) -> socket.socket:
    """The door that visitors knock at, open before set-up and while a gunicorn that died starts again."""
    try:
        number = int(port)
        if not 0 < number < 65536:
            raise ValueError(port)
        family, kind, protocol, _name, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        door = socket.socket(family, kind, protocol)
    except (ValueError, OSError) as error:
        raise CommandError(f"There is no address {host}:{port} here. Set HOST and PORT to one.") from error
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(2048)
    except OSError as error:
        door.close()
        raise CommandError(f"{host}:{port} cannot be served: {error.strerror}. Set PORT to a free one.") from error
    return door


def children(door: socket.socket) -> list[Child]:
    manage = str(settings.BASE_DIR / "manage.py")
    return [
        Child(
            "The web server",
            [
                *(sys.executable, "-m", "gunicorn", "--chdir", str(settings.BASE_DIR)),
                *("--config", str(settings.BASE_DIR / "gunicorn.conf.py"), "--bind", f"fd://{door.fileno()}"),
            ],
            pass_fds=[door.fileno()],
        ),
        Child("The worker", [sys.executable, manage, "worker"]),
    ]
