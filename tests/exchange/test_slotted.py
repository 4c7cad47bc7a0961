import email
import email.policy
from copy import deepcopy

import pytest
from django.core.mail import EmailMultiAlternatives

from registry.exchange import slotted
from registry.exchange.slotted import SLOTS, Own

OWN = Own("SUB-AAAA-BBBB", "https://trust.example/p/" + "x" * 90 + "/?a=1&b=2", "https://trust.example/u/")
TEXT = f"""Ärge unustage: {"pikk sõna " * 30}
.
From the start = {SLOTS.reference}, {"a" * 75} {SLOTS.preferences} end{" "}
\tTab and space{" "}\t
{SLOTS.unsubscribe}
"""
HTML = f'<p title="=">Õ {"b" * 200}<a href="{SLOTS.preferences}">{SLOTS.reference}</a></p>\n'


@pytest.fixture
def prepared():
    made = EmailMultiAlternatives(
        "Teade: muudatus, mis jõustub",
        TEXT,
        "Õunapuu <trust@example.com>",
        [""],
        reply_to=["dpa@example.com"],
        headers={"Message-ID": "<a draft's own>", "Content-Language": "et"},
    )
    made.attach_alternative(HTML, "text/html")
    return slotted.prepare(made, {"Precedence": "bulk"})


def parsed(mail, policy=email.policy.SMTP):
    data = mail.message(policy=policy).as_bytes()
    return email.message_from_bytes(data, policy=email.policy.default), data


def bodies(message):
    found = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return [text.replace("\r\n", "\n") for text in found]


def test_the_ready_bytes_say_what_the_message_says_that_other_backends_send(prepared):
    mail = prepared.to("anna@example.com", OWN, "<1.abc@trust.example>")

    ready, _data = parsed(mail)
    built, _data = parsed(mail, email.policy.default)

    assert bodies(ready) == bodies(built) == [mail.body, mail.alternatives[0].content]
    own = {"Content-Type", "Date", "Content-Transfer-Encoding"}
    told = [{name: value for name, value in message.items() if name not in own} for message in (ready, built)]
    assert (
        told[0]
        == told[1]
        == {
            "Subject": "Teade: muudatus, mis jõustub",
            "From": "Õunapuu <trust@example.com>",
            "To": "anna@example.com",
            "Reply-To": "dpa@example.com",
            "Message-ID": "<1.abc@trust.example>",
            "List-Unsubscribe": "<https://trust.example/u/>",
            "X-Reference": "SUB-AAAA-BBBB",
            "Content-Language": "et",
            "Precedence": "bulk",
            "MIME-Version": "1.0",
        }
    )
    assert ready["Date"].datetime.tzinfo is not None
    assert ready.get_content_type() == built.get_content_type() == "multipart/alternative"


def test_slots_take_what_is_the_recipients_own_escaped_in_html(prepared):
    mail = prepared.to("anna@example.com", OWN, "<1@trust.example>")

    assert mail.body == TEXT.replace(SLOTS.reference, OWN.reference).replace(
        SLOTS.preferences, OWN.preferences
    ).replace(SLOTS.unsubscribe, OWN.unsubscribe)
    escaped = OWN.preferences.replace("&", "&amp;")
    assert mail.alternatives[0].content == HTML.replace(SLOTS.reference, OWN.reference).replace(
        SLOTS.preferences, escaped
    )


def test_the_html_of_the_ready_bytes_is_escaped_as_well(prepared):
    ready, _data = parsed(prepared.to("anna@example.com", Own("<&>", "", ""), "<1@trust.example>"))

    assert "&lt;&amp;&gt;" in bodies(ready)[1]
    assert "<&>" in bodies(ready)[0]


@pytest.mark.parametrize("length", range(70, 80))
def test_every_line_is_ascii_and_no_longer_than_mail_allows(prepared, length):
    own = OWN._replace(reference="é" * (length // 6) + "r" * (length % 6), preferences="p" * length)

    _message, data = parsed(prepared.to("anna@example.com", own._replace(reference="r" * length), "<1@trust.example>"))

    head, _blank, body = data.partition(b"\r\n\r\n")
    assert data.isascii()
    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    assert max(len(line) for line in head.split(b"\r\n")) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_a_domain_of_other_letters_is_written_in_its_7_bit_form(prepared):
    ready, _data = parsed(prepared.to("anna@õunapuu.example", OWN, "<1@trust.example>"))

    assert ready["To"] == "anna@xn--unapuu-oxa.example"


@pytest.mark.parametrize("address", ["õie@example.com", "a b@example.com", "a\r\nBcc: b@example.com"])
def test_an_address_that_no_mail_can_carry_is_refused(prepared, address):
    with pytest.raises(ValueError, match="cannot be written"):
        prepared.to(address, OWN, "<1@trust.example>").message(policy=email.policy.SMTP)


def test_two_mails_share_what_is_prepared_and_nothing_else(prepared):
    first = prepared.to("anna@example.com", OWN, "<1@trust.example>")
    second = prepared.to("juta@example.com", OWN._replace(reference="SUB-CCCC-DDDD"), "<2@trust.example>")

    parsed(first)
    ready, data = parsed(deepcopy(second))

    assert (ready["To"], ready["Message-ID"], ready["X-Reference"]) == (
        "juta@example.com",
        "<2@trust.example>",
        "SUB-CCCC-DDDD",
    )
    assert b"SUB-AAAA-BBBB" not in data


@pytest.mark.parametrize("policy", [email.policy.SMTP, email.policy.default])
def test_a_long_address_to_unsubscribe_is_one_address_in_every_form(prepared, policy):
    own = OWN._replace(unsubscribe="https://trust.example/" + "u" * 200 + "/")

    data = prepared.to("anna@example.com", own, "<1.abc@trust.example>").message(policy=policy).as_bytes()

    lines = [line.decode() for line in data.splitlines() if line.startswith(b"List-Unsubscribe:")]
    assert lines == [f"List-Unsubscribe: <{own.unsubscribe}>"]
