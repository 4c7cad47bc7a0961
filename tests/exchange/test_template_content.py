import json
from datetime import UTC, datetime

import pytest

from registry.exchange import template_content

from .. import terms as made

# A version of schema 1 as it was once published: its bytes, and so its digest, never change.
GOLDEN = (
    '{"authority":"Úrad na ochranu osobných údajov","authority_country":"SK",'
    '"body":{"text":{"en":"## 1. Subject\\n\\nBetween {customer} and {provider}.",'
    '"hu":"## 1. Tárgy\\n\\nFelek: {customer}, {provider}."}},'
    '"data_categories":["contact","files"],"data_subjects":["end-customers","visitors"],"governing_law":"SK",'
    '"languages":["en","hu"],"machine":["hu"],'
    '"measures":{"text":{"en":"# Access\\n\\nKeys.","hu":"# Hozzáférés\\n\\nKulcsok."}},"number":2,'
    '"previous_digest":"00ff","published_at":"2026-11-22T09:30:00Z",'
    '"purposes":{"text":{"en":"To run {service}.","hu":"Üzemeltetés: {service}."}},'
    '"retention":{"text":{"en":"While the agreement runs.","hu":"A megállapodás idejére."}},'
    '"schema":1,"source_language":"en","template":"standard",'
    '"title":{"text":{"en":"Agreement on {service}","hu":"Megállapodás: {service}"}}}'
)


def test_schema_1_has_the_bytes_it_always_had():
    content = made.version(number=2, previous_digest="00ff", machine=["hu", "lv"])

    assert template_content.encode(content) == GOLDEN
    assert template_content.digest(GOLDEN) == "923e329f22f6b505225aede024ba17f5b21f5754a605b143bfaa9d3f9029e740"
    assert template_content.decode(GOLDEN) == content
    assert template_content.encode(json.loads(GOLDEN)) == GOLDEN


@pytest.mark.parametrize("text", ['{"schema":2}', '{"schema":"1"}', "{}", "[1]", "1"])
def test_content_of_an_unknown_schema_is_refused(text):
    with pytest.raises(ValueError, match="of a schema that this program knows"):
        template_content.decode(text)


def test_a_language_that_is_not_named_is_not_in_it():
    content = made.version(languages=[])

    assert (content["languages"], content["title"]) == (["en"], {"text": {"en": "Agreement on {service}"}})
    assert "Tárgy" not in template_content.encode(content)


def test_what_the_source_does_not_say_stays_empty():
    bare = made.template(
        {"title": {"en": " A "}, "body": {"en": "B\r\n"}, "measures": {"hu": "Kulcsok."}},
        data_subjects=[],
        data_categories=[],
        governing_law="",
        authority="",
        authority_country="",
    )

    content = template_content.decode(template_content.encode(made.version(bare, languages=[])))

    said = {name: value for name, value in content.items() if not value}
    assert said == {
        "machine": [],
        "previous_digest": None,
        "purposes": None,
        "retention": None,
        "measures": None,
        "data_subjects": [],
        "data_categories": [],
        "governing_law": None,
        "authority": None,
        "authority_country": None,
    }
    assert template_content.says(content, "title", "en") == "A"
    assert template_content.says(content, "body", "en") == "B"
    assert template_content.says(content, "measures", "en") == ""


def test_two_versions_that_say_the_same_have_equal_facts():
    later = made.version(number=2, previous_digest="00ff", published_at=datetime(2027, 1, 1, tzinfo=UTC))

    assert template_content.facts_of(later) == template_content.facts_of(made.version())
    assert template_content.facts_of(later) != template_content.facts_of(made.version(languages=[]))
