import threading
from datetime import timedelta
from io import StringIO
from ipaddress import ip_network

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import User
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from registry.public.client import settle

LOGIN = "/admin/login/"


@pytest.fixture
def anna(db):
    return User.objects.create_user("anna", password="right", is_staff=True)


def sign_in(client, username="anna", password="wrong", address="192.0.2.1", **headers):
    return client.post(
        LOGIN, {"username": username, "password": password, "next": "/admin/"}, REMOTE_ADDR=address, headers=headers
    )


def table():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, expires FROM lockout")
        return cursor.fetchall()


def test_the_right_password_signs_in(client, anna):
    response = sign_in(client, password="right")

    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")


def test_a_wrong_password_is_told_without_saying_whether_the_account_exists(client, anna):
    known, unknown = sign_in(client), sign_in(client, "nobody")

    assert known.status_code == unknown.status_code == 200
    told = (
        "Please enter the correct username and password for a staff account. "
        "Note that both fields may be case-sensitive."
    )
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors() == [told]


def test_the_fifth_failure_locks_and_then_the_right_password_does_not_help(client, anna):
    statuses = [sign_in(client).status_code for _i in range(6)]
    right = sign_in(client, password="right")

    assert statuses == [200, 200, 200, 200, 429, 429]
    assert right.status_code == 429
    assert "_auth_user_id" not in client.session


def test_nobody_locks_out_an_account_for_another_address_nor_an_address_for_another_account(client, anna):
    User.objects.create_user("bela", password="right", is_staff=True)
    for _i in range(5):
        sign_in(client)

    assert sign_in(Client(), password="right", address="192.0.2.2").status_code == 302
    assert sign_in(Client(), "bela", "right").status_code == 302


def test_the_page_says_how_long_and_what_to_do_and_when_to_come_back(client, anna):
    for _i in range(5):
        response = sign_in(client)

    page = " ".join(response.content.decode().split())
    assert 3590 <= int(response.headers["Retry-After"]) <= 3600
    assert "Sign-in with this account has failed 5 times from your address." in page
    assert "You can try again in 60 minutes." in page
    assert "ask an administrator of this trust center for a new one" in page
    assert "no-store" in response.headers["Cache-Control"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_trying_on_does_not_make_the_lock_longer(client, anna):
    for _i in range(5):
        sign_in(client)
    before = table()

    sign_in(client)

    assert table() == before


def test_the_lock_ends_by_itself_and_the_daily_command_leaves_no_row(client, anna):
    for _i in range(5):
        sign_in(client)
    with connection.cursor() as cursor:
        past = connection.ops.adapt_datetimefield_value((timezone.now() - timedelta(seconds=2)).replace(microsecond=0))
        cursor.execute("UPDATE lockout SET expires = %s", [past])

    call_command("apply_retention", stdout=StringIO())

    assert table() == []
    assert sign_in(client, password="right").status_code == 302


def test_signing_in_clears_the_count(client, anna):
    for _i in range(4):
        sign_in(client)
    sign_in(client, password="right")

    assert table() == []


def test_no_table_holds_a_user_name_or_an_address_and_a_counter_lives_for_a_day_at_most(client, anna):
    for _i in range(6):
        sign_in(client, "anna")
    sign_in(client, "somebody@example.com")

    rows = table()
    assert len(rows) == 2
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key, _expires in rows)
    assert [model.objects.count() for model in (AccessAttempt, AccessFailureLog, AccessLog)] == [0, 0, 0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(expires) FROM lockout")
        assert str(cursor.fetchone()[0])[:19] <= str(timezone.now() + timedelta(days=1))[:19]


def test_many_names_do_not_push_out_the_counter_of_one(client, anna):
    for _i in range(4):
        sign_in(client)
    cache = caches["lockouts"]
    for number in range(400):
        cache.add(f"other-{number}", 1)

    assert sign_in(client).status_code == 429


def test_a_counter_that_ran_out_between_two_looks_starts_anew(db):
    assert caches["lockouts"].incr("gone") == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_failures_at_the_same_moment_are_all_counted():
    User.objects.create_user("anna", password="right", is_staff=True)
    barrier = threading.Barrier(4)

    def fail():
        try:
            barrier.wait()
            sign_in(Client())
        finally:
            connection.close()

    threads = [threading.Thread(target=fail) for _i in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sign_in(Client()).status_code == 429


def test_behind_a_trusted_proxy_the_clients_own_address_counts(settings, anna):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]

    def attempt(forwarded):
        # As the door does with every request.
        environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
        settle(environ)
        return sign_in(Client(), address=environ["REMOTE_ADDR"]).status_code

    assert [attempt("203.0.113.7") for _i in range(5)] == [200, 200, 200, 200, 429]
    assert attempt("203.0.113.8") == 200
    # The first entry is the client's own invention.
    assert attempt("198.51.100.1, 203.0.113.7") == 429


@pytest.mark.parametrize(
    "data",
    [{}, {"username": ""}, {"username": "x" * 100_000, "password": "x"}, {"username": "anna", "password": "ő" * 9999}],
)
def test_whatever_is_typed_the_page_answers(client, anna, data):
    assert client.post(LOGIN, data).status_code == 200


def test_an_account_without_staff_status_is_told_no_more_than_a_stranger(client, db):
    User.objects.create_user("customer", password="right")

    response = sign_in(client, "customer", "right")

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_signing_out_needs_a_button_and_ends_the_session(signed_in):
    client = signed_in("editor")

    assert client.get("/admin/logout/").status_code == 405
    assert client.post("/admin/logout/").status_code == 200
    assert client.get("/admin/").status_code == 302


def test_a_password_is_changed_by_whoever_knows_the_old_one(signed_in):
    client = signed_in("editor")
    new = "a much longer phrase 7"

    refused = client.post(
        "/admin/password_change/", {"old_password": "wrong", "new_password1": new, "new_password2": new}
    )
    done = client.post(
        "/admin/password_change/", {"old_password": "a password", "new_password1": new, "new_password2": new}
    )

    assert list(refused.context["form"].errors) == ["old_password"]
    assert (done.status_code, done.headers["Location"]) == (302, "/admin/password_change/done/")
    assert User.objects.get(username="editor").check_password(new)
    assert client.get("/admin/").status_code == 200
