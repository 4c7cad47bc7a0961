import logging

import pytest
from django.conf import settings

from registry.public.traces import WithoutKeys


def kept(message, *arguments):
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, message, arguments, None)
    assert WithoutKeys().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("/hu/dpa/status/AbC_-9/", "/hu/dpa/status/…/"),
        ("/hu/dpa/status/AbC_-9/accept/", "/hu/dpa/status/…/accept/"),
        ("/hu/dpa/verify/AbC_-9/", "/hu/dpa/verify/…/"),
        ("/et/object/verify/a:b:c/", "/et/object/verify/…/"),
        ("/et/subscribe/unsubscribe/a.b/", "/et/subscribe/unsubscribe/…/"),
        ("/hu/dpa/link/", "/hu/dpa/link/"),
        ("/en/releases/3/", "/en/releases/3/"),
    ],
)
def test_no_line_of_the_log_keeps_the_key_of_a_link(address, left):
    assert kept("%s: %s", "Service Unavailable", address) == f"Service Unavailable: {left}"


def test_the_log_goes_through_it():
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["without_keys"]
    assert settings.LOGGING["filters"] == {"without_keys": {"()": "registry.public.traces.WithoutKeys"}}
