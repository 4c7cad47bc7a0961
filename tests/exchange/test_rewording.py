import copy

import pytest

from registry.actions.publishing import preview
from registry.exchange.content import rows
from registry.exchange.rewording import put, reworded

KEY = "sections/definition/heading"


@pytest.fixture
def content(db):
    return preview()


def heading(content):
    return rows(content, "sections")["definition"][0]["heading"]


def changed(content, **texts):
    drafted = copy.deepcopy(content)
    heading(drafted)["text"] |= texts
    return drafted


def test_a_content_says_itself_in_no_other_words(content):
    assert reworded(content, copy.deepcopy(content)) == {}


def test_a_passage_in_other_words_is_named_by_its_key_with_both_texts(content):
    drafted = changed(content, en="Other words", da="Andre ord")

    assert reworded(content, drafted) == {KEY: (heading(content), heading(drafted))}


def test_putting_it_in_changes_that_passage_alone_and_leaves_the_content_as_it_was(content):
    before, drafted = copy.deepcopy(content), changed(content, en="Other words")
    rows(drafted, "subprocessors")["aws"][0]["legal_name"] = "Another"

    amended = put(content, drafted, {KEY, "sections/nowhere/body"})

    assert content == before
    assert amended == changed(content, en="Other words")


def test_facts_that_an_older_schema_did_not_know_come_with_the_words_that_may_name_them(content):
    older = copy.deepcopy(content)
    older["service"] |= {"declined_days": None, "notice_days": 20}

    amended = put(older, changed(content, en="Kept: {declined_days}"), {KEY})

    assert amended["service"] == {**content["service"], "notice_days": 20}


def test_places_within_a_subprocessor_and_the_privacy_notice_are_passages_too(content):
    drafted = copy.deepcopy(content)
    place = next(row for row, _of in rows(drafted, "locations").values() if row["place"])
    place["place"]["text"]["en"] += " 2"
    drafted["privacy"]["text"]["en"] += " More."

    found = reworded(content, drafted)

    assert list(found) == ["profile/privacy", f"locations/{place['key']}/place"]
    assert put(content, drafted, found.keys()) == drafted


def test_a_passage_that_only_one_of_them_has_is_no_rewording(content):
    drafted = copy.deepcopy(content)
    drafted["sections"].pop(0)
    rows(drafted, "sections")["definition"][0]["body"] = None

    assert reworded(content, drafted) == reworded(drafted, content) == {}


def test_a_language_that_the_draft_has_no_more_keeps_its_text_and_is_outdated_beside_another_source(content):
    drafted = changed(content, en="Other words", da="Andre ord")
    drafted["languages"].remove("lv")
    del heading(drafted)["text"]["lv"], heading(drafted)["state"]["lv"]

    _before, after = reworded(content, drafted)[KEY]

    assert after["text"] == heading(content)["text"] | {"en": "Other words", "da": "Andre ord"}
    assert after["state"] == heading(content)["state"] | {"lv": "outdated"}


def test_a_language_that_the_release_does_not_have_is_not_put_in(content):
    drafted = changed(content, en="Other words", de="Andere Worte")
    drafted["languages"].append("de")
    heading(drafted)["state"]["de"] = "current"

    assert "de" not in heading(put(content, drafted, {KEY}))["text"]
