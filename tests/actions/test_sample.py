import json
import os
import re
import tomllib
from pathlib import Path

import pytest

from registry.actions.publishing import check, draft
from registry.actions.sample import FOLDER, NotEmpty, load_sample
from registry.exchange.placeholders import names
from registry.models import Language, Release, Subprocessor

LANGUAGES = ["da", "en", "et", "hu", "lv", "pt-br"]


def passages(language):
    """Every passage of a prose file by its path: "sections.definition.body"."""

    def walk(path, value):
        if isinstance(value, str):
            yield path, value
            return
        for name, part in value.items():
            yield from walk(f"{path}.{name}" if path else name, part)

    return dict(walk("", tomllib.loads((FOLDER / "prose" / f"{language}.toml").read_text("utf-8"))))


def test_the_sample_is_for_an_empty_database(db):
    with pytest.raises(NotEmpty):
        load_sample()

    assert Release.objects.count() == 3


def test_it_is_replayed_into_an_empty_database_through_the_verbs_of_staff(empty_registry):
    releases = load_sample()

    assert [release.number for release in releases] == [1, 2, 3]
    assert Language.objects.public().codes() == LANGUAGES
    assert check(draft()) == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_each_language_says_every_passage_with_the_facts_of_the_source(language):
    told = passages(language)
    source = passages("en")

    assert told.keys() == source.keys()
    assert {path: names(text) for path, text in told.items()} == {path: names(text) for path, text in source.items()}
    assert [path for path, text in told.items() if text == source[path] and len(text) > 25] == []


def test_history_keeps_what_the_draft_said_before_each_release(db):
    intuit = Subprocessor.objects.get(key="intuit")
    linode = Subprocessor.objects.get(key="linode")

    assert [bool(state.purpose_hu) for state in intuit.history.order_by("history_id")] == [True, False, True]
    assert [state.listed for state in linode.history.order_by("history_id")] == [True, False]


@pytest.mark.parametrize(("number", "sections", "questions"), [(1, 10, 0), (2, 10, 0), (3, 11, 5)])
def test_the_releases_have_the_sections_and_questions_of_their_day(db, number, sections, questions):
    content = json.loads(Release.objects.get(number=number).content)

    assert (len(content["sections"]), len(content["questions"])) == (sections, questions)
    assert content["languages"] == LANGUAGES
    states = {state for section in content["sections"] for state in section["body"]["state"].values()}
    assert states == {"source", "current"}


@pytest.mark.skipif(
    "REFERENCE_DIR" not in os.environ, reason="REFERENCE_DIR is unset: the published policies are not here"
)
@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_no_sentence_is_copied_from_a_published_policy(language):
    (published,) = Path(os.environ["REFERENCE_DIR"]).glob(f"{language}-2*.txt")
    theirs = words(published.read_text("utf-8"))
    sentences = [part for text in passages(language).values() for part in re.split(r"(?<=[.:?!])\s|\n", text)]

    copied = [sentence for sentence in sentences if len(words(sentence).split()) >= 8 and words(sentence) in theirs]

    assert copied == []


def words(text):
    return " ".join(re.findall(r"\w+", text.casefold()))
