import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from registry.models import Question, TranslationPin
from registry.translation import Pins, prose, text_digest

pytestmark = pytest.mark.django_db
START = datetime(2024, 1, 1, tzinfo=UTC)
pin_existing = import_module("registry.migrations.0005_pin_existing_translations").pin_existing


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna")


def migrated(*questions: Question) -> dict[str, dict[str, tuple[str, Any, Any]]]:
    """Forget all pins, migrate, and say what each question's answer was made from, by whom and when."""
    TranslationPin.objects.all().delete()
    TranslationPin.history.all().delete()
    loader = MigrationLoader(connection)
    pin_existing(loader.project_state(("registry", "0005_pin_existing_translations")).apps, None)
    return {
        question.key: {
            pin.language: (pin.source_text, pin.by, pin.at)
            for pin in TranslationPin.objects.filter(noun="question", object_id=question.pk, field="answer")
        }
        for question in questions
    }


def saved(question: Question, day: int, by: User | None = None, **texts: str) -> datetime:
    """Save on a day of January; by a command where nobody is named."""
    for name, text in texts.items():
        setattr(question, name, text)
    at = START + timedelta(days=day)
    question._history_date, question._history_user = at, by
    question.save()
    return at


def states(question: Question) -> dict[str, str]:
    question.refresh_from_db()
    found = Pins.of(Question, [question.pk])
    texts = prose(question, "answer")
    return {code: found.state(question, "answer", code, texts, "en").value for code in ("da", "lv", "hu")}


def test_a_text_is_pinned_to_the_source_of_the_day_on_which_it_was_first_saved(anna: User) -> None:
    question = Question(key="why", question_en="Why?")
    first = saved(question, 1, anna, answer_en="So.", answer_da="Så.")
    second = saved(question, 2, answer_en="So it is.", answer_lv="Tā tas ir.")
    # Saved again as it is, beside a source that has moved on: nobody translated it anew.
    saved(question, 3, anna, position=7)

    assert migrated(question) == {"why": {"da": ("So.", anna, first), "lv": ("So it is.", None, second)}}
    assert states(question) == {"da": "outdated", "lv": "current", "hu": "missing"}


def test_a_text_that_went_and_came_back_is_pinned_to_the_day_on_which_it_came_back() -> None:
    question = Question(key="why", question_en="Why?")
    saved(question, 1, answer_en="So.", answer_da="Så.")
    saved(question, 2, answer_en="So it is.", answer_da="Sådan.")
    back = saved(question, 3, answer_da="Så.")

    assert migrated(question) == {"why": {"da": ("So it is.", None, back)}}


def test_a_text_that_history_does_not_know_stays_without_a_pin_and_counts_as_outdated() -> None:
    without, past = Question(key="without", question_en="Why?"), Question(key="past", question_en="Why?")
    for question in (without, past):
        saved(question, 1, answer_en="So.", answer_da="Så.", answer_lv="Tā.")
    without.history.all().delete()
    Question.objects.filter(key="past").update(answer_da="Past every save")

    found = migrated(without, past)

    assert {key: list(pins) for key, pins in found.items()} == {"without": [], "past": ["lv"]}
    assert states(without) == {"da": "outdated", "lv": "outdated", "hu": "missing"}
    assert states(past) == {"da": "outdated", "lv": "current", "hu": "missing"}


def test_two_saves_of_one_moment_are_read_in_their_order() -> None:
    question = Question(key="why", question_en="Why?")
    saved(question, 1, answer_en="So.", answer_da="Så.")
    saved(question, 1, answer_en="So it is.", answer_da="Sådan.")

    assert migrated(question)["why"]["da"][0] == "So it is."


def test_pins_name_texts_as_releases_freeze_them_and_have_a_history(anna: User) -> None:
    question = Question(key="why", question_en="Why?")
    at = saved(question, 1, anna, answer_en="Cafe\u0301\r\n", answer_da="Kaffe\r\nher")

    migrated(question)

    pin = TranslationPin.objects.get(noun="question", object_id=question.pk, field="answer", language="da")
    assert (pin.source_text, pin.source_digest) == ("Caf\u00e9\n", text_digest("Caf\u00e9\n"))
    assert (pin.text_digest, pin.status) == (text_digest("Kaffe\nher"), "human")
    record = pin.history.get()
    assert (record.history_date, record.history_user, record.history_type) == (at, anna, "+")
    assert (record.source_text, record.by) == (pin.source_text, anna)


def test_the_sample_comes_through_with_the_pins_that_it_has_today(db: None) -> None:
    names = ("noun", "object_id", "field", "language", "source_digest", "text_digest", "status")
    # Templates of agreements came later: this migration knows none.
    TranslationPin.objects.filter(noun="dpatemplate").delete()
    before = set(TranslationPin.objects.values_list(*names))

    migrated()

    assert before == set(TranslationPin.objects.values_list(*names))
    assert len(before) > 100


PROGRAM = """
import json, django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

call_command("migrate", "registry", "0003", verbosity=0)
apps = MigrationLoader(connection).project_state(("registry", "0003_groups")).apps
section = apps.get_model("registry", "PolicySection").objects.create(
    key="scope", heading="", heading_en="Now", heading_da="Da", heading_lv="Lv", position=1, body=""
)
history = apps.get_model("registry", "HistoricalPolicySection")
same = dict(id=section.pk, key="scope", position=1, history_type="~")
history.objects.create(**same, heading_en="Then", heading_da="Da", history_date="2024-01-01T00:00:00Z")
history.objects.create(**same, heading_en="Now", heading_da="Da", heading_lv="Lv", history_date="2024-02-01T00:00:00Z")
call_command("migrate", "registry", "0006", verbosity=0)
pins = MigrationLoader(connection).project_state(("registry", "0006_translator_groups")).apps.get_model(
    "registry", "TranslationPin"
)
rows = list(pins.objects.order_by("language").values_list("noun", "field", "language", "source_text", "status"))
call_command("migrate", "registry", "0004", verbosity=0)
left = pins.objects.count()

# Requests from before addresses were verified and agreements were concluded here.
call_command("migrate", "registry", "0008", verbosity=0)
assert pins.objects.count() == 2
apps = MigrationLoader(connection).project_state(("registry", "0008_announcing_groups")).apps
day = "2024-01-01"
release = apps.get_model("registry", "Release").objects.create(
    number=1, digest="a" * 64, content="{}", announced_on=day, in_force_new_on=day, in_force_existing_on=day,
    published_at=f"{day}T00:00:00Z",
)
for state in ("received", "in_review", "closed", "declined"):
    ended = f"{day}T00:00:00Z" if state in ("closed", "declined") else None
    request = apps.get_model("registry", "DpaRequest").objects.create(
        reference=state, form_token=state, state=state, ended_at=ended, language="hu", country="HU", release=release
    )
    apps.get_model("registry", "DpaRequester").objects.create(request=request, company=state, email="a@b.example")
call_command("migrate", verbosity=0)

from registry.actions import clockwork
from registry.models import DpaRequest, guards

told = DpaRequest.objects.order_by("pk").values_list("reference", "state", "verify_by", "requester__company")
waiting = [str(request) for request in DpaRequest.objects.waiting()]
print(json.dumps([rows, left, list(told), waiting, clockwork.expire(), guards.missing()]))
"""


@pytest.mark.alone
def test_a_released_database_is_migrated_there_and_back(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'released.sqlite3'}"
    environment = {**os.environ, "DATABASE_URL": address, "DATA_DIR": str(tmp_path)}
    (tmp_path / "static").mkdir()

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environment, "DJANGO_SETTINGS_MODULE": "trustcenter.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr[-900:]) == (0, "")
    rows, left, requests, waiting, expired, missing = json.loads(done.stdout)
    assert rows == [
        ["policysection", "heading", "da", "Then", "human"],
        ["policysection", "heading", "lv", "Now", "human"],
    ]
    assert left == 2
    assert requests == [[state, state, None, state] for state in ("received", "in_review", "closed", "declined")]
    assert (waiting, expired, missing) == (["received", "in_review"], 0, [])
