"""Each setting that is missing or unsafe stops the start with one sentence, never a traceback."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.alone

KEY = "k3y-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMN"
LOOPBACK = {"PUBLIC_URL": "http://127.0.0.1:8000", "SECRET_KEY": KEY}
PRODUCTION = {"PUBLIC_URL": "https://trust.example.com", "SECRET_KEY": KEY, "EMAIL_URL": "smtp+tls://u:p@mail.test:587"}
ASK = "import json; from trustcenter import settings as s; print(json.dumps({n: getattr(s, n) for n in %r}))"


def start(tmp_path: Path, command: list[str], given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "DATA_DIR": str(tmp_path / "data"), **given}
    return subprocess.run(
        [sys.executable, *command], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )


def told(tmp_path: Path, given: dict[str, str], *names: str) -> dict[str, object]:
    """The settings of these names, as a process with this environment reads them."""
    done = start(tmp_path, ["-c", ASK % (names,)], given)
    assert done.stderr == ""
    return json.loads(done.stdout)


REFUSED = [
    (LOOPBACK, "PUBLIC_URL", "", "PUBLIC_URL is not set. Set it to the address customers use"),
    (LOOPBACK, "PUBLIC_URL", "trust.example.com", "Set it to scheme and host alone"),
    (LOOPBACK, "PUBLIC_URL", "ftp://trust.example.com", "Set it to scheme and host alone"),
    (LOOPBACK, "PUBLIC_URL", "https://trust.example.com/policy", "Set it to scheme and host alone"),
    (LOOPBACK, "PUBLIC_URL", "https://me:secret@trust.example.com", "Set it to scheme and host alone"),
    (LOOPBACK, "PUBLIC_URL", "https://[trust", "Set it to scheme and host alone"),
    (LOOPBACK, "PUBLIC_URL", "https://trust.example.com:99999", "Set it to scheme and host alone"),
    (LOOPBACK, "PUBLIC_URL", "http://trust.example.com", "plain http is for loopback alone"),
    (LOOPBACK, "PUBLIC_URL", "http://localhost.example.com", "plain http is for loopback alone"),
    (LOOPBACK, "SECRET_KEY", "", "SECRET_KEY is not set. Set SECRET_KEY to 50 or more random characters"),
    (LOOPBACK, "SECRET_KEY", "short", "SECRET_KEY is too weak"),
    (LOOPBACK, "SECRET_KEY", "a" * 60, "SECRET_KEY is too weak"),
    (LOOPBACK, "SECRET_KEY", f"django-insecure-{KEY}", "SECRET_KEY is too weak"),
    (LOOPBACK, "DEBUG", "maybe", "DEBUG is 'maybe'. Set DEBUG to 1 or 0."),
    (LOOPBACK, "DATABASE_URL", "mysql://u:p@db.test/name", "DATABASE_URL names a database we do not support"),
    (LOOPBACK, "DATABASE_URL", "postgresql://u:p@db.test:port/name", "DATABASE_URL cannot be read"),
    (LOOPBACK, "DATABASE_URL", "postgresql://u:p@db.test", "DATABASE_URL names no database"),
    (LOOPBACK, "DATABASE_URL", "sqlite://", "DATABASE_URL names no database"),
    (LOOPBACK, "TRUSTED_PROXIES", "10.0.0.0/8,proxy", "Set TRUSTED_PROXIES to addresses or networks"),
    (LOOPBACK, "TRUSTED_PROXIES", "10.0.0.0/8, 0.0.0.0/0", "Set TRUSTED_PROXIES to your proxies"),
    (LOOPBACK, "TRUSTED_PROXIES", "::/0", "Set TRUSTED_PROXIES to your proxies"),
    (LOOPBACK, "SECRET_KEY_FALLBACKS", f"{KEY},short", "SECRET_KEY_FALLBACKS holds a key that is too weak"),
    (LOOPBACK, "DATABASE_URL", "sqlite:////nowhere/trust.sqlite3", "in a folder that does not exist"),
    (LOOPBACK, "WEB_CONCURRENCY", "two", "Set WEB_CONCURRENCY to a number of processes"),
    (LOOPBACK, "WEB_CONCURRENCY", "0", "Set WEB_CONCURRENCY to a number of processes"),
    (LOOPBACK, "DEFAULT_FROM_EMAIL", "Trust", "DEFAULT_FROM_EMAIL is no mail address"),
    (LOOPBACK, "EMAIL_URL", "nonsense", "EMAIL_URL cannot be read"),
    (LOOPBACK, "EMAIL_URL", "consolemail://", "EMAIL_URL is no SMTP address"),
    (LOOPBACK, "EMAIL_URL", "smtp+tls://", "EMAIL_URL is no SMTP address"),
    (LOOPBACK, "DATA_DIR", "/dev/null/data", "Set DATA_DIR to a folder that this user may write to"),
    (LOOPBACK, "FONTS_DIR", "/no/fonts", "Set FONTS_DIR to one that holds fonts (.ttf, .otf), or unset it"),
    (LOOPBACK, "ANYMAIL_PROVIDER", "pigeon", "Set it to one that django-anymail knows, such as postmark or mailgun"),
    (LOOPBACK, "ANYMAIL_PROVIDER", "os.path", "Set it to one that django-anymail knows"),
    (LOOPBACK, "ANYMAIL_WEBHOOK_SECRET", "hook:short", "Set ANYMAIL_WEBHOOK_SECRET to user:password, 32 or more"),
    (LOOPBACK, "ANYMAIL_WEBHOOK_SECRET", KEY, "Set ANYMAIL_WEBHOOK_SECRET to user:password, 32 or more"),
    (PRODUCTION, "ANYMAIL_PROVIDER", "postmark", "EMAIL_URL and ANYMAIL_PROVIDER both say how mail is sent"),
    (PRODUCTION, "EMAIL_URL", "", "EMAIL_URL is not set, so nobody would be answered"),
    (PRODUCTION, "DEBUG", "1", "Unset DEBUG"),
    (PRODUCTION, "ALLOWED_HOSTS", "*", "Set ALLOWED_HOSTS to the names you serve"),
]


@pytest.mark.parametrize(("base", "name", "value", "sentence"), REFUSED)
def test_a_missing_or_unsafe_setting_stops_the_start_with_a_sentence_that_names_it(
    tmp_path: Path, base: dict[str, str], name: str, value: str, sentence: str
) -> None:
    done = start(tmp_path, ["manage.py", "check"], {**base, name: value})

    assert done.returncode == 3
    assert done.stdout == ""
    assert re.fullmatch(r"Trust center: [^\n]+\n", done.stderr)
    assert name in done.stderr
    assert sentence in done.stderr


def test_gunicorn_stops_at_an_unsafe_setting_instead_of_starting_its_workers_again(tmp_path: Path) -> None:
    given = {**LOOPBACK, "PUBLIC_URL": "http://trust.example.com"}

    done = start(tmp_path, ["-m", "gunicorn", "--bind", "127.0.0.1:0"], given)

    assert done.returncode == 3
    assert done.stderr.count("plain http is for loopback alone") == 1
    assert "Traceback" not in done.stderr


def test_an_empty_variable_is_one_that_is_not_set(tmp_path: Path) -> None:
    empty = dict.fromkeys(("DATABASE_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "EMAIL_URL", "DEBUG"), "")
    empty |= {"DEFAULT_FROM_EMAIL": "", "WEB_CONCURRENCY": "", "SECRET_KEY_FALLBACKS": ""}
    names = ("DEBUG", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "DATABASES", "DEFAULT_FROM_EMAIL", "SECRET_KEY_FALLBACKS")

    found = told(tmp_path, {**LOOPBACK, **empty}, *names)

    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "[::1]", "localhost"]
    assert found["TRUSTED_PROXIES"] == found["SECRET_KEY_FALLBACKS"] == []
    assert found["DEFAULT_FROM_EMAIL"] == "trust@example.com"
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "data" / "trustcenter.sqlite3")


def test_https_decides_cookies_redirect_strict_transport_and_upgrades(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")

    plain = told(tmp_path, LOOPBACK, *names, "SECURE_CSP")
    secure = told(tmp_path, PRODUCTION, *names, "SECURE_CSP")

    assert [plain[name] for name in names] == [False, False, False, 0]
    assert [secure[name] for name in names] == [True, True, True, 63072000]
    assert "upgrade-insecure-requests" not in plain["SECURE_CSP"]
    assert secure["SECURE_CSP"]["upgrade-insecure-requests"] == []


def test_production_answers_to_the_public_name_alone(tmp_path: Path) -> None:
    assert told(tmp_path, PRODUCTION, "ALLOWED_HOSTS") == {"ALLOWED_HOSTS": ["trust.example.com"]}


def test_further_names_do_not_shut_out_the_public_one(tmp_path: Path) -> None:
    given = {**PRODUCTION, "ALLOWED_HOSTS": "10.0.0.5, internal.example.com,"}

    found = told(tmp_path, given, "ALLOWED_HOSTS")["ALLOWED_HOSTS"]

    assert found == ["trust.example.com", "10.0.0.5", "internal.example.com"]


def test_what_the_database_address_asks_for_reaches_the_connection(tmp_path: Path) -> None:
    given = {**PRODUCTION, "DATABASE_URL": "postgresql://u:p@db.test/name?sslmode=verify-full"}

    options = told(tmp_path, given, "DATABASES")["DATABASES"]["default"]["OPTIONS"]

    assert options["sslmode"] == "verify-full"
    assert options["pool"]["timeout"] == 1


@pytest.mark.parametrize(
    ("address", "port", "tls", "ssl"),
    [
        ("smtp+tls://u:p@mail.test", 587, True, False),
        ("smtp+ssl://u:p@mail.test", 465, False, True),
        ("smtp://relay.test", 25, False, False),
        ("smtp+tls://u:p@mail.test:2525", 2525, True, False),
    ],
)
def test_mail_goes_to_the_port_that_its_encryption_usually_has(
    tmp_path: Path, address: str, port: int, tls: bool, ssl: bool
) -> None:
    mailer = told(tmp_path, {**PRODUCTION, "EMAIL_URL": address}, "MAILERS")["MAILERS"]["default"]

    assert mailer["BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (mailer["OPTIONS"]["port"], mailer["OPTIONS"]["use_tls"], mailer["OPTIONS"]["use_ssl"]) == (port, tls, ssl)


def test_a_mail_provider_takes_the_place_of_smtp_and_is_given_its_own_settings(tmp_path: Path) -> None:
    given = {"ANYMAIL_PROVIDER": "Postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN": "t", "EMAIL_URL": "", "ANYMAIL_X": ""}

    found = told(tmp_path, {**PRODUCTION, **given}, "MAILERS", "ANYMAIL", "INSTALLED_APPS")

    assert found["MAILERS"] == {"default": {"BACKEND": "anymail.backends.postmark.EmailBackend"}}
    assert found["ANYMAIL"] == {"POSTMARK_SERVER_TOKEN": "t"}
    assert found["INSTALLED_APPS"][-1] == "anymail"


def test_its_webhooks_go_with_smtp_too_and_nothing_of_it_is_there_unasked(tmp_path: Path) -> None:
    secret = {"ANYMAIL_WEBHOOK_SECRET": f"hook:{KEY}"}

    found = told(tmp_path, {**PRODUCTION, **secret}, "MAILERS", "ANYMAIL", "INSTALLED_APPS")
    without = told(tmp_path, PRODUCTION, "ANYMAIL", "INSTALLED_APPS")

    assert found["MAILERS"]["default"]["BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (found["ANYMAIL"], found["INSTALLED_APPS"][-1]) == ({"WEBHOOK_SECRET": f"hook:{KEY}"}, "anymail")
    assert (without["ANYMAIL"], "anymail" in without["INSTALLED_APPS"]) == ({}, False)


def test_in_development_mail_goes_to_files(tmp_path: Path) -> None:
    mailer = told(tmp_path, LOOPBACK, "MAILERS")["MAILERS"]["default"]

    assert mailer["BACKEND"] == "django.core.mail.backends.filebased.EmailBackend"
    assert mailer["OPTIONS"] == {"file_path": str(tmp_path / "data" / "mail")}


def test_what_axes_says_of_a_failure_to_sign_in_is_not_logged(tmp_path: Path) -> None:
    code = "import django, logging; django.setup(); logging.getLogger('axes.handlers').critical('anna')"

    done = start(tmp_path, ["-c", code], {**LOOPBACK, "DJANGO_SETTINGS_MODULE": "trustcenter.settings"})

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
