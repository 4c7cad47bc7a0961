import re

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import override_settings

from registry.exchange import message_id


def test_a_message_id_names_its_delivery_and_stays_the_same():
    made = message_id.make(4711)

    assert re.fullmatch(r"<4711\.[A-Za-z0-9_-]{43}@127\.0\.0\.1>", made)
    assert made == message_id.make(4711) != message_id.make(4712)
    assert message_id.read(made) == 4711


@pytest.mark.parametrize("around", ["{}", "  <{}>\r\n ", "\n\t<{}>", "< {} >"])
def test_servers_write_it_with_and_without_brackets_and_on_a_line_of_its_own(around):
    assert message_id.read(around.format(message_id.make(12)[1:-1])) == 12


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.replace("<12.", "<13."),
        lambda made: made.replace("@", "A@"),
        lambda made: made.replace("<12.", "<-12."),
        lambda made: made.replace("<12.", "<" + "9" * 30 + "."),
        lambda made: made + made,
        lambda made: made.partition(".")[0] + "@127.0.0.1>",
        lambda made: "",
        lambda made: "<abc@example.com>",
        lambda made: "<12@127.0.0.1>",
    ],
)
def test_a_forged_one_names_nothing(change):
    assert message_id.read(change(message_id.make(12))) is None


def test_a_key_and_a_host_that_were_changed_since_are_still_known():
    made = message_id.make(12)

    with override_settings(
        SECRET_KEY="another" * 10, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY], PUBLIC_URL="https://trust.example"
    ):
        assert message_id.read(made) == 12
        assert message_id.make(12) != made


def test_a_mail_carries_it_where_mail_servers_and_mail_providers_name_it():
    made = EmailMessage()

    message_id.stamp(made, 7)

    assert message_id.read(made.message()["Message-ID"]) == message_id.read(made.metadata["message_id"]) == 7
