"""Whatever staff does in which order, and however days go by: the chain holds, and the past keeps its releases."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.actions.correcting import correct, correctable
from registry.actions.entering import CannotPublish
from registry.actions.publishing import draft, preview, publish
from registry.actions.verifying import verify
from registry.actions.withdrawing import withdraw
from registry.exchange.published import Site
from registry.models import Language, PolicySection, Release, ServiceProfile, Subprocessor

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
REASON = {"en": "So it is."}


@pytest.fixture
def small_registry(empty_registry: None) -> None:
    ServiceProfile.objects.create(
        provider="Provider", service="Service", service_address="*.example.com", contact="a@example.com", notice_days=10
    )
    Language.objects.create(code="en", public=True)
    PolicySection.objects.create(key="hosts", heading_en="Hosts", body_en="Here.")


def _add(step: int) -> None:
    Subprocessor.objects.create(key=f"s{step}", legal_name=f"Example {step}", country="DE", kind="service")


def _announce(step: int) -> None:
    _add(step)
    publish()


def _announce_for_all_alike(step: int) -> None:
    _add(step)
    later = ServiceProfile.load().today() + timedelta(days=12)
    publish(in_force_on=later, in_force_new_on=later)


def _hurry(step: int) -> None:
    _add(step)
    publish(kind=Release.Kind.URGENT, reason=REASON)


def _remove(step: int) -> None:
    Subprocessor.objects.update(listed=False)
    publish()


def _withdraw(step: int) -> None:
    withdraw(Release.objects.end_of_chain().number if Release.objects.exists() else 1, reason=REASON)


def _reword(step: int) -> None:
    section = PolicySection.objects.get(key="hosts")
    section.body_en = f"Here, {step}."
    section.save()
    found = draft()
    correct(correctable(found, preview(found)))


ACTS = {act.__name__: act for act in (_announce, _announce_for_all_alike, _hurry, _remove, _withdraw, _reword)}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from([0, 0, 1, 5, 10, 13])), max_size=7)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _site(day: date) -> Site:
    rows = Release.objects.order_by("number").values_list("content", "digest")
    return Site.on(rows, ["en"], "https://trust.example", day)


def _number(found: object) -> int | None:
    return getattr(found, "number", None)


def _check(today: date) -> None:
    assert verify() == []
    site = _site(today)
    assert len([entry for entry in site.entries if entry.status == "announced"]) <= 1
    for days in (-400, -11, -10, -1, 0, 1, 9, 10, 12, 400):
        day = today + timedelta(days=days)
        assert _number(site.in_force(day)) == _number(Release.objects.in_force(day).first())
        assert _number(_site(day).announced) == _number(Release.objects.announced(day).order_by("number").first())
    for entry in site.entries:
        assert _number(site.before(entry)) == _number(Release.objects.before(Release.objects.get(number=entry.number)))
    if site.current and site.current_new:
        assert site.current.number <= site.current_new.number


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
@example([("_announce", 1), ("_announce", 1), ("_reword", 1), ("_reword", 5), ("_withdraw", 1), ("_announce", 13)])
@example([("_announce", 0), ("_announce_for_all_alike", 5), ("_reword", 13), ("_hurry", 0), ("_remove", 1)])
def test_the_chain_holds_and_the_past_keeps_its_releases(small_registry: None, steps: list[tuple[str, int]]) -> None:
    with _undone(), time_machine.travel(START, tick=False) as clock:
        told: dict[date, tuple[int | None, int | None]] = {}
        for step, (act, days) in enumerate(steps):
            with suppress(CannotPublish), transaction.atomic():
                ACTS[act](step)
            today = ServiceProfile.load().today()
            _check(today)
            for _day in range(days):
                site = _site(today)
                told[today] = (_number(site.current), _number(site.current_new))
                clock.shift(timedelta(days=1))
                today = ServiceProfile.load().today()
            site = _site(today)
            assert told == {day: (_number(site.in_force(day)), _number(site.in_force_new(day))) for day in told}
