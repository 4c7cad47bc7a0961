from html import unescape
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.test import Client, RequestFactory

from registry.exchange import page
from registry.public import errors, releases

pytestmark = pytest.mark.django_db


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> Any:
    """The answer to a request whose view raises."""

    def fail(*values: Any) -> Any:
        raise error

    monkeypatch.setattr(releases, "_day", fail)
    return Client(raise_request_exception=False).get("/lv/on/2024-12-13/")


def told(response: Any) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("a secret"), 500),
        (PermissionDenied("a secret"), 403),
        (SuspiciousOperation("a secret"), 400),
        (RequestDataTooBig("a secret"), 413),
        (OperationalError("a secret"), 503),
        (InterfaceError("a secret"), 503),
    ],
)
def test_every_fault_has_a_page_in_the_language_of_the_address(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    response = failing(monkeypatch, error)

    assert (response.status_code, response["Content-Language"]) == (status, "lv")
    assert response["Cache-Control"] == "no-store"
    assert '<html lang="lv"' in told(response)
    assert 'href="/lv/releases/"' in told(response)
    assert "a secret" not in told(response)


def test_where_the_error_page_fails_too_a_plain_sentence_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "message", lambda *values, **more: 1 / 0)

    response = failing(monkeypatch, RuntimeError("a secret"))

    assert response.status_code == 500
    assert response.content == b"Something went wrong on our side. Please try again later.\n"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (errors.busy, 503),
        (errors.unavailable, 503),
        (errors.csrf_failure, 403),
        (errors.too_large, 413),
        (errors.forbidden, 403),
        (errors.not_found, 404),
        (errors.server_error, 500),
    ],
)
def test_an_address_without_a_language_is_answered_in_the_visitors(
    rf: RequestFactory, answer: Any, status: int
) -> None:
    request: HttpRequest = rf.get("/nowhere", headers={"accept-language": "pt"})

    response = answer(request)

    assert (response.status_code, response["Content-Language"], response["Vary"]) == (
        status,
        "pt-BR",
        "Accept-Language",
    )


def test_words_follow_the_language_that_is_told_not_the_one_that_was_active(rf: RequestFactory) -> None:
    from django.utils.translation import override

    with override("de"):
        response = errors.not_found(rf.get("/en/x/"))

    assert "There is no such page" in told(response)


def test_before_any_release_errors_lead_nowhere(rf: RequestFactory, empty_registry: None) -> None:
    response = errors.forbidden(rf.get("/x"))

    assert response.status_code == 403
    assert "/releases/" not in told(response)
