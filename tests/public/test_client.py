from ipaddress import ip_network

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from registry.public import client


@pytest.fixture
def proxies(settings):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]


def settled(peer, forwarded=None, proto=None):
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    if proto is not None:
        environ["HTTP_X_FORWARDED_PROTO"] = proto
    client.settle(environ)
    return environ


def test_without_a_trusted_proxy_what_a_client_says_of_itself_is_dropped(settings):
    settings.TRUSTED_PROXIES = []

    assert settled("203.0.113.7", "198.51.100.1", "https") == {"REMOTE_ADDR": "203.0.113.7", "wsgi.url_scheme": "http"}


def test_an_ipv4_address_on_a_socket_of_both_families_is_one(settings):
    settings.TRUSTED_PROXIES = []

    assert settled("::ffff:203.0.113.7")["REMOTE_ADDR"] == "203.0.113.7"


def test_a_stranger_is_not_believed_although_there_are_proxies(proxies):
    assert settled("203.0.113.7", "198.51.100.1", "https") == {"REMOTE_ADDR": "203.0.113.7", "wsgi.url_scheme": "http"}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", " 203.0.113.7 ", "203.0.113.7"),
        # The client wrote the first entry itself.
        ("10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "10.9.9.9, 203.0.113.7, 10.0.0.2, 2001:db8::2", "203.0.113.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("2001:db8::1", "2001:dead:beef::7", "2001:dead:beef::7"),
        ("10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:10.0.0.1", "198.51.100.1, 203.0.113.7, ::ffff:10.0.0.2", "203.0.113.7"),
        ("::ffff:nonsense", "203.0.113.7", "::ffff:nonsense"),
        # What is no address is not believed, nor is anything to its left.
        ("10.0.0.1", "203.0.113.7, unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "203.0.113.7:8080", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
    ],
)
def test_each_trusted_proxy_vouches_for_the_entry_on_its_left(proxies, peer, forwarded, address):
    environ = settled(peer, forwarded)

    assert environ == {"REMOTE_ADDR": address, "wsgi.url_scheme": "http"}


@pytest.mark.parametrize(
    ("said", "scheme"), [("https", "https"), (" HTTPS ", "https"), ("http", "http"), ("x", "http")]
)
def test_a_trusted_proxy_says_which_scheme_the_client_used(proxies, said, scheme):
    assert settled("10.0.0.1", "203.0.113.7", said)["wsgi.url_scheme"] == scheme


def test_a_unix_socket_is_a_proxy_where_there_are_proxies_at_all(proxies, settings):
    assert settled("", "203.0.113.7")["REMOTE_ADDR"] == "203.0.113.7"
    settings.TRUSTED_PROXIES = []
    assert settled("", "203.0.113.7")["REMOTE_ADDR"] == ""


@given(peer=st.one_of(st.text(max_size=40), st.just("10.0.0.1")), forwarded=st.text(max_size=80))
def test_garbage_breaks_nothing_and_no_header_of_it_is_left(peer, forwarded):
    environ = settled(peer, forwarded)

    assert set(environ) == {"REMOTE_ADDR", "wsgi.url_scheme"}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("", ""),
        ("garbage", "garbage"),
    ],
)
def test_the_network_of_an_address_is_what_one_customer_has(address, network):
    assert client.network(RequestFactory().get("/", REMOTE_ADDR=address)) == network


def test_an_origin_is_a_keyed_hash_from_which_no_address_is_read(settings):
    before = client.origin("203.0.113.7")
    settings.SECRET_KEY = "another key of fifty characters, more or less, or so"

    assert len(before) == 64
    assert client.origin("203.0.113.7") != before
    assert client.origin("203.0.113.8") != client.origin("203.0.113.7")
