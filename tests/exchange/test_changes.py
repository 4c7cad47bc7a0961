import copy
import json
import re
import time

import pytest
from django.conf import settings

from registry.exchange.changes import told
from registry.exchange.comparison import compare
from registry.exchange.telling import tell
from tests.reading import read

SITE = "https://trust.example"


@pytest.fixture
def contents(site):
    return [entry.content for entry in site.entries]


@pytest.fixture
def reworded(contents):
    """The last release with one word of its first section changed, in English and Danish."""
    after = copy.deepcopy(contents[2])
    text = after["sections"][0]["body"]["text"]
    text["en"] = text["en"].replace("through a website", "through an app")
    text["da"] += "\n\nEt nyt afsnit."
    return after


# The whole text of what 2024 changed, a file for each language.
GOLDEN = sorted((settings.BASE_DIR / "tests" / "data" / "changes").glob("*.txt"))


@pytest.mark.parametrize("path", GOLDEN, ids=[path.stem for path in GOLDEN])
def test_the_text_of_the_samples_last_change_reads_from_facts_to_prose(contents, path):
    assert told(contents[1], contents[2], path.stem, public_url=SITE).text + "\n" == path.read_text("utf-8")


def test_the_text_is_asserted_in_all_six_languages():
    assert {path.stem for path in GOLDEN} == {"en", "da", "hu", "lv", "et", "pt-br"}


def test_its_lines_are_the_sentences_that_every_list_of_changes_shows(contents):
    assert told(contents[1], contents[2], "hu").lines == tell(
        compare(contents[1], contents[2]), contents[2], "hu", contents[1]
    )


def test_its_html_stands_without_a_style_sheet(contents):
    found = told(contents[1], contents[2], "en", public_url=SITE).html
    root = read(f"<div>{found}</div>")

    assert "class=" not in found
    assert "style=" not in found
    assert [heading.text for heading in root.all("h3")] == [
        "Subprocessors",
        "Processing locations",
        "Safeguards",
        "Texts",
        "Questions and answers",
    ]
    assert {link["href"] for link in root.all("a")} == {f"{SITE}/en/dpa/"}


def test_a_page_marks_words_for_eyes_and_names_the_marks_for_voices(contents, reworded):
    root = read(f"<div>{told(contents[2], reworded, 'en').page}</div>")

    passage = root.one(data_passage="sections/introduction/body")
    assert [(mark.name, mark.text) for mark in (*passage.all("del"), *passage.all("ins"))] == [
        ("del", "removed: a website"),
        ("ins", "added: an app"),
    ]
    assert [word.text for word in passage.all(class_="sr")] == ["removed:", "added:"]


def test_words_are_compared_in_the_readers_language_or_else_in_the_named_source(contents, reworded):
    danish, estonian = (read(f"<div>{told(contents[2], reworded, code).page}</div>") for code in ("da", "et"))

    assert danish.one("ins").text.endswith("Et nyt afsnit.")
    assert danish.all(lang="en") == []
    assert estonian.one("ins").text.endswith("an app")
    assert estonian.one(lang="en")["dir"] == "ltr"
    assert "inglise" in estonian.one(class_="tongue").text


def test_its_values_are_codes_beside_the_sentences_of_a_language(contents, reworded):
    danish, english = (json.loads(json.dumps(told(contents[1], contents[2], code).json())) for code in ("da", "en"))

    assert (english["from"], english["to"], english["language"]) == (2, 3, "en")
    assert english["sentences"] == [change["sentence"] for change in english["changes"]]
    linode = english["changes"][1]
    assert {name: linode[name] for name in ("group", "action", "noun", "rows")} == {
        "group": "subprocessors",
        "action": "removed",
        "noun": "subprocessors",
        "rows": [{"noun": "subprocessors", "key": "linode", "of": None}],
    }
    for one, other in zip(danish["changes"], english["changes"], strict=True):
        assert [one[name] for name in ("group", "action", "noun", "rows")] == [
            other[name] for name in ("group", "action", "noun", "rows")
        ]
    assert told(contents[2], reworded, "en").json()["changes"][0]["texts"][0]["lines"][0][1] == {
        "action": "removed",
        "text": "a website",
    }


def test_a_fact_has_its_codes_before_and_after(contents):
    after = copy.deepcopy(contents[2])
    after["service"]["provider_country"] = "CZ"

    (change,) = told(contents[2], after, "en").json()["changes"]

    assert change["rows"] == [
        {
            "noun": "service",
            "key": "service",
            "of": None,
            "field": "provider_country",
            "before": contents[2]["service"]["provider_country"],
            "after": "CZ",
        }
    ]


def test_a_first_release_is_told_by_its_facts_without_its_texts(contents):
    first = told(None, contents[0], "en")

    assert first.json()["from"] is None
    assert len(first.lines) == 12
    assert [item.texts for item in first.items] == [()] * 12


def test_another_order_is_told_and_no_change_is_none(contents):
    after = copy.deepcopy(contents[2])
    after["subprocessors"].reverse()

    assert told(contents[2], after, "en").lines == ["Only the order of what is listed has changed."]
    assert told(contents[2], after, "en").text == "Only the order of what is listed has changed."
    assert told(contents[2], copy.deepcopy(contents[2]), "en").lines == []
    assert not told(contents[2], copy.deepcopy(contents[2]), "en")


def test_a_name_in_another_language_is_told(contents):
    after = copy.deepcopy(contents[2])
    after["sections"].append(copy.deepcopy(after["sections"][0]) | {"key": "new"})
    after["sections"][-1]["heading"] = {"text": {"en": "Care"}, "state": {"en": "source", "da": "missing"}}
    after["sections"][-1]["body"] = None

    found = told(contents[2], after, "da")

    assert found.borrowed == {"en"}
    assert found.text.endswith(": engelsk")
    assert "engelsk" in read(f"<div>{found.page}</div>").one(class_="quiet").text
    assert told(contents[2], after, "en").borrowed == frozenset()


def test_a_years_changes_are_told_in_little_time(contents):
    """The whole policy reworded in all its paragraphs, and 40 subprocessors replaced."""
    before, after = copy.deepcopy(contents[2]), copy.deepcopy(contents[2])
    for row in [*after["sections"], *after["questions"]]:
        passage = row.get("body") or row.get("answer") or {"text": {}}
        passage["text"] = {code: re.sub(r"\w+([.,])", r"otherwise\1 ", text) for code, text in passage["text"].items()}
    for content, word in ((before, "before"), (after, "after")):
        party = content["subprocessors"][0]
        for number in range(40):
            named = {"key": f"{word}-{number}", "legal_name": f"Company {number}"}
            content["subprocessors"].append(party | named)

    taken = []
    for _attempt in range(5):
        started = time.thread_time()
        page = told(before, after, "en").page
        taken.append(time.thread_time() - started)

    assert page.count("<ins>") > 30
    assert page.count("Company") == 80
    # 30 ms on a quiet machine; of this thread alone, as others share it.
    assert min(taken) < 0.2, taken
