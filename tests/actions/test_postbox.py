import socketserver
import threading
from contextlib import contextmanager

import pytest
from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend

from registry.actions import postbox
from registry.actions.postbox import Deferred, Postbox, Refused, Unreachable
from tests.smtp import sink

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def message(to="anna@example.com"):
    return EmailMessage("A subject", "A text", "Trust <trust@example.com>", [to])


def to(settings, port):
    settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 2}}}


class _Scripted(socketserver.StreamRequestHandler):
    """Answers by a script: `server.answer(verb, connection, number of mails taken on it)`."""

    def handle(self):
        self.server.connections += 1
        mine, taken = self.server.connections, 0
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line[:4].decode().upper()
            answer = self.server.answer(verb, mine, taken)
            if answer is None:
                return
            if verb == "DATA" and answer.startswith("354"):
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
                answer = self.server.answer("DONE", mine, taken)
                if answer is None:
                    return
                taken += 1
                self.server.taken += 1
            self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def scripted(answer):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Scripted)
    server.daemon_threads = True
    server.answer, server.connections, server.taken = answer, 0, 0
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def well(verb, _connection, _taken):
    return {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")


def send(settings, answer, count):
    with scripted(answer) as server:
        to(settings, server.server_address[1])
        with Postbox() as box:
            for _mail in range(count):
                box.send(message())
    return server.connections, server.taken


def test_one_connection_carries_many_mails(settings):
    assert send(settings, well, 5) == (1, 5)


def test_a_connection_is_left_before_a_server_tires_of_it(settings, monkeypatch):
    monkeypatch.setattr(postbox, "MAILS_A_CONNECTION", 2)

    assert send(settings, well, 5) == (3, 5)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
@pytest.mark.parametrize("ending", [None, "421 too many"])
def test_a_server_that_ends_an_old_connection_gets_the_mail_on_a_new_one(settings, verb, ending):
    def tired(said, connection, taken):
        return ending if said == verb and taken == 2 else well(said, connection, taken)

    assert send(settings, tired, 5) == (3, 5)


@pytest.mark.parametrize(("ending", "problem"), [(None, "SMTPServerDisconnected"), ("421 busy", "SMTP 421")])
def test_a_server_that_ends_a_new_connection_cannot_be_reached(settings, ending, problem):
    def busy(said, connection, taken):
        return ending if said == "MAIL" else well(said, connection, taken)

    with pytest.raises(Unreachable, match=f"^{problem}$"):
        send(settings, busy, 1)


def test_a_connection_lost_after_the_text_is_not_tried_again_at_once(settings):
    """The server may have taken the mail."""

    def lost(said, connection, taken):
        return None if said == "DONE" and taken == 1 else well(said, connection, taken)

    with scripted(lost) as server:
        to(settings, server.server_address[1])
        with Postbox() as box:
            box.send(message())
            with pytest.raises(Unreachable, match=r"^SMTPServerDisconnected$"):
                box.send(message())
    assert server.connections == 1


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DONE"])
@pytest.mark.parametrize(("code", "outcome"), [("450", Deferred), ("550", Refused)])
def test_a_mail_is_refused_or_deferred_by_its_code_and_the_next_one_goes_on(settings, verb, code, outcome):
    mails = []

    def once(said, connection, taken):
        if said == verb and not mails:
            mails.append(said)
            return f"{code} no, anna@example.com"
        return well(said, connection, taken)

    with scripted(once) as server:
        to(settings, server.server_address[1])
        with Postbox() as box:
            with pytest.raises(outcome, match=f"^SMTP {code}$") as caught:
                box.send(message())
            box.send(message())
    assert type(caught.value) is outcome
    assert server.connections == 1


def test_a_sender_refused_is_the_operators_to_mend(settings):
    def strict(said, connection, taken):
        return "550 who are you" if said == "MAIL" else well(said, connection, taken)

    with pytest.raises(Unreachable, match=r"^SMTP 550$"):
        send(settings, strict, 1)


def test_a_server_that_is_not_there_cannot_be_reached(settings):
    with sink() as server:
        port = server.port
    to(settings, port)

    with Postbox() as box, pytest.raises(Unreachable, match=r"^ConnectionRefusedError$"):
        box.send(message())


@pytest.mark.parametrize("address", ["ödön@example.com", "two words@example.com"])
def test_an_address_that_no_mail_can_carry_is_refused(settings, address):
    with sink() as server:
        to(settings, server.port)
        with Postbox() as box, pytest.raises(Refused, match=r"^ValueError$"):
            box.send(message(address))


def test_a_domain_of_other_letters_is_reached_by_its_7_bit_form(settings):
    said = []

    def listen(verb, connection, taken):
        said.append(verb)
        return well(verb, connection, taken)

    with scripted(listen) as server:
        to(settings, server.server_address[1])
        with Postbox() as box:
            box.send(message("anna@õunapuu.example"))
    assert server.taken == 1


class Failing(EmailBackend):
    """A mail provider's backend that fails as django-anymail does."""

    error: Exception

    def send_messages(self, messages):
        raise self.error


def provider(status):
    error = AnymailRequestsAPIError("anna@example.com is no good")
    error.status_code = status
    return error


@pytest.mark.parametrize(
    ("error", "outcome", "problem"),
    [
        (provider(422), Refused, "HTTP 422"),
        (provider(401), Unreachable, "HTTP 401"),
        (provider(429), Unreachable, "HTTP 429"),
        (provider(503), Unreachable, "HTTP 503"),
        (provider(None), Unreachable, "AnymailRequestsAPIError"),
        (AnymailRecipientsRefused(), Refused, "AnymailRecipientsRefused"),
    ],
)
def test_a_mail_providers_error_is_told_by_its_status_alone(settings, monkeypatch, error, outcome, problem):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Failing"}}
    monkeypatch.setattr(Failing, "error", error, raising=False)

    with Postbox() as box, pytest.raises(outcome, match=f"^{problem}$"):
        box.send(message())


def test_each_mail_of_development_is_a_file(settings, tmp_path):
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": str(tmp_path)}}}

    with Postbox() as box:
        for number in range(3):
            box.send(message(f"anna.{number}@example.com"))

    assert len(list(tmp_path.iterdir())) == 3
    assert postbox.remove_files(["anna.1@example.com"]) == 1
    assert len(list(tmp_path.iterdir())) == 2
