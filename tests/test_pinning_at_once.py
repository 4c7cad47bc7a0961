"""Several who change translations at once, on a server: nobody waits for somebody who waits for them, and every pin
names the source that its text was made from."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from registry.actions import exchanging, publishing
from registry.actions.translating import Moved, translate
from registry.exchange import po
from registry.models import PolicySection, ProcessingLocation, Subprocessor, TranslationPin
from registry.translation import noun_name, prose, text_digest
from tests.admin.pages import at, opened, staff
from tests.releases import publish_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif(
        "connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time"
    ),
]


def field_of(row: Any) -> str:
    return "heading" if isinstance(row, PolicySection) else "purpose"


def entries(language: str) -> Iterator[po.Entry]:
    yield from po.read(exchanging.export(language), language).entries


def beside(work: Callable[[], Any]) -> threading.Thread:
    """Start something in a thread that gives its connection back."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until_somebody_waits() -> None:
    """For a lock."""
    for _try in range(200):
        with connection.cursor() as cursor:
            # Within a transaction its first answer stays, unless it is thrown away.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone():
                return
        time.sleep(0.05)
    raise AssertionError("Nobody waits.")


def test_a_file_waits_for_a_form_without_holding_what_the_form_needs_next():
    aws = Subprocessor.objects.get(key="aws")
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    aws.purpose_en, germany.place_en = "Hosting", "Frankfurt"
    aws.save()
    germany.save()
    keys = {"subprocessors/aws/purpose", "locations/aws-eu-germany/place"}
    texts = [replace(entry, text="Jauns") for entry in entries("lv") if entry.key in keys]

    # A form locks its noun first, and then the rows below it.
    with transaction.atomic():
        Subprocessor.objects.select_for_update().get(pk=aws.pk)
        importing = beside(lambda: exchanging.apply(texts, "lv"))
        wait_until_somebody_waits()
        ProcessingLocation.objects.select_for_update(nowait=True).get(pk=germany.pk)
    importing.join()

    aws.refresh_from_db()
    germany.refresh_from_db()
    assert (aws.purpose_lv, germany.place_lv) == ("Jauns", "Jauns")


def test_who_approves_a_whole_page_holds_no_row_while_they_wait_for_another():
    client = staff("publisher")
    address = "/admin/registry/translationpin/lv/"
    cards = client.get(f"{address}?show=current").context["to_approve"]
    early, late = cards[0], cards[4]
    assert early.passage.noun != late.passage.noun
    statuses = []

    with transaction.atomic():
        PolicySection.objects.select_for_update().get(pk=late.passage.noun.pk)
        form = {"ticket": [early.ticket, late.ticket], "show": "current"}
        approving = beside(lambda: statuses.append(client.post(f"{address}approve/", form).status_code))
        wait_until_somebody_waits()
        PolicySection.objects.select_for_update(nowait=True).get(pk=early.passage.noun.pk)
    approving.join()

    assert statuses == [302]
    assert TranslationPin.objects.filter(status="approved").count() == 2


def test_whatever_comes_at_once_every_pin_names_the_source_that_its_text_was_made_from():
    """Each source text is a number, and each translation begins with that of the source that its author looked at."""
    rows = [*PolicySection.objects.listed()[:4], Subprocessor.objects.get(key="aws")]
    for row in rows:
        setattr(row, f"{field_of(row)}_en", "0")
        row.save()
    user, editor, publisher = User.objects.create_superuser("root"), staff("editor"), staff("publisher")
    numbers, done, failed = count(1), Counter(), []

    def edit(chance: random.Random) -> str:
        row = chance.choice(rows)
        form = opened(editor, at("change", row)) | {f"{field_of(row)}_en": str(next(numbers))}
        return f"edit {editor.post(at('change', row), form).status_code}"

    def mend(chance: random.Random) -> str:
        row = type(row := chance.choice(rows)).objects.get(pk=row.pk)
        texts = prose(row, field_of(row))
        seen = text_digest(texts["en"]), text_digest(texts.get("lv", ""))
        time.sleep(chance.random() / 20)
        translate(row, field_of(row), "lv", f"{texts['en']} {next(numbers)}", by=user, seen=seen)
        return "mend"

    def bring_a_file(chance: random.Random) -> str:
        texts = [
            replace(entry, text=f"{entry.source} {next(numbers)}", fuzzy=False)
            for entry in entries("lv")
            if entry.source.isdigit()
        ]
        time.sleep(chance.random() / 20)
        exchanging.apply(texts, "lv", by=user)
        return "file"

    def approve(chance: random.Random) -> str:
        cards = publisher.get("/admin/registry/translationpin/lv/?show=current").context["to_approve"]
        form = {"ticket": [card.ticket for card in cards if card.passage.source.isdigit()], "show": "current"}
        return f"approve {publisher.post('/admin/registry/translationpin/lv/approve/', form).status_code}"

    def publish(chance: random.Random) -> str:
        publish_at_once()
        return "publish"

    def again(work: Callable[[random.Random], str], wanted: str, until: float) -> None:
        """For a while, and then until it has come through once: who is always overtaken is alone in the end."""
        chance = random.Random(work.__name__)
        while time.monotonic() < (until if done[wanted] else until + 60):
            try:
                done[work(chance)] += 1
            except (Moved, publishing.CannotPublish) as refused:
                done[type(refused).__name__] += 1
            except Exception as error:
                failed.append(repr(error))

    until = time.monotonic() + 5
    works = {edit: "edit 302", mend: "mend", bring_a_file: "file", approve: "approve 302"}
    threads = [beside(lambda work=work, wanted=wanted: again(work, wanted, until)) for work, wanted in works.items()]
    # Nothing more to publish is an answer too.
    threads.append(beside(lambda: again(publish, "CannotPublish", until)))
    for thread in threads:
        thread.join()

    assert failed == []
    assert [wanted for wanted in works.values() if not done[wanted]] == []
    assert not [name for name in done if name.endswith(("403", "500"))]
    for row in rows:
        row.refresh_from_db()
        text = getattr(row, f"{field_of(row)}_lv")
        pin = TranslationPin.objects.get(noun=noun_name(row), object_id=row.pk, field=field_of(row), language="lv")
        assert (pin.source_text, pin.text_digest) == (text.partition(" ")[0], text_digest(text))
