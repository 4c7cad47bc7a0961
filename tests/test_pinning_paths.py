"""Whatever is done to a passage, by whichever way and in whichever order: its states are what a small model foretells.

The model knows four texts and two pins, and nothing of how any way saves them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polib
import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.actions.exchanging import apply, export
from registry.actions.reviving import bring_back
from registry.actions.translating import Moved, approve, passage_key, translate, write
from registry.exchange import po
from registry.history import Trail
from registry.models import PolicySection, ProcessingLocation, Subprocessor, TranslationPin
from registry.pinning import Wording
from registry.translation import Pins, normal, prose, text_digest
from tests.admin.pages import at, opened, staff

OTHERS = ("da", "lv")
ALL = ("en", *OTHERS)
Texts = dict[str, str]


# --- What should be -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pin:
    source: str
    text: str
    status: str


def said(text: str) -> str:
    return normal(text) if text.strip() else ""


@dataclass
class Foretold:
    """`kept` is what history has: a row that was changed past `save` is not in it."""

    texts: Texts
    pins: dict[str, Pin] = field(default_factory=dict)
    kept: Texts = field(default_factory=dict)
    moments: list[tuple[datetime, Texts, dict[str, Pin]]] = field(default_factory=list)

    def state(self, code: str) -> str:
        source, text, pin = said(self.texts["en"]), said(self.texts[code]), self.pins.get(code)
        if not text:
            return "missing"
        if pin is None or (pin.source, pin.text) != (source, text):
            return "outdated"
        return {"human": "current"}.get(pin.status, pin.status)

    def saved(self, texts: Texts, *, meaning_kept: bool = False, status: str = "human") -> None:
        was, now = ({code: said(found[code]) for code in ALL} for found in (self.texts, texts))
        respaced = {code for code in ALL if was[code] != now[code] and was[code].strip() == now[code].strip()}
        for code, pin in list(self.pins.items()):
            text = now[code] if code in respaced and pin.text == was[code] else pin.text
            follows = "en" in respaced or (meaning_kept and was["en"] and now["en"] and text == now[code])
            source = now["en"] if follows and pin.source == was["en"] else pin.source
            self.pins[code] = Pin(source, text, pin.status)
        for code in set(OTHERS) - respaced:
            if was[code] != now[code]:
                self.pin(code, now["en"], now[code], status)
        self.texts, self.kept = dict(texts), dict(texts)

    def pin(self, code: str, source: str, text: str, status: str = "human") -> None:
        self.pins.pop(code, None)
        if said(text):
            self.pins[code] = Pin(said(source), said(text), status)

    def form(self, texts: Texts, clean: Callable[[str], str], *, meaning_kept: bool = False) -> None:
        cleaned = {code: clean(text) for code, text in (self.texts | texts).items()}
        if cleaned != self.texts:
            self.saved(cleaned, meaning_kept=meaning_kept)


# --- What is ------------------------------------------------------------------------------------------------------


@dataclass
class Section:
    """A passage with a form of its own, in a text of several lines."""

    client: Client
    prose_field = "body"
    texts = ("", "Alpha", "Beta", "Gamma ", "Cafe\u0301", "Caf\u00e9", "Two\r\nlines", "Two\nlines")

    def __post_init__(self) -> None:
        self.noun: Any = PolicySection.objects.create(key="passage", heading_en="Heading")

    def clean(self, text: str) -> str:
        return text.replace("\r\n", "\n").strip()

    def post(self, texts: Texts, ticked: bool) -> None:
        noun = PolicySection.objects.get(pk=self.noun.pk)
        data = {"heading_en": "Heading", "lists": "", "listed": "on", "position": noun.position}
        data |= {f"body_{code}": getattr(noun, f"body_{code}") or "" for code in ALL}
        data |= {f"body_{code}": text for code, text in texts.items()} | {"seen_version": noun.version}
        response = self.client.post(at("change", noun), data | ({"meaning_kept": ["body"]} if ticked else {}))
        assert response.status_code == 302


@dataclass
class Place:
    """A passage of a row that is edited on another noun's page, in a text of one line."""

    client: Client
    prose_field = "place"
    texts = ("", "Alpha", "Beta", "Gamma ", "Cafe\u0301", "Caf\u00e9")

    def __post_init__(self) -> None:
        self.above = Subprocessor.objects.create(key="above", legal_name="Above GmbH", kind="service")
        self.noun: Any = ProcessingLocation.objects.create(key="passage", subprocessor=self.above, territory="DE")
        self.data = opened(self.client, at("change", self.above))

    def clean(self, text: str) -> str:
        return text.strip()

    def post(self, texts: Texts, ticked: bool) -> None:
        above, noun = (type(one).objects.get(pk=one.pk) for one in (self.above, self.noun))
        data = {f"locations-0-place_{code}": getattr(noun, f"place_{code}") or "" for code in ALL}
        data |= {f"locations-0-place_{code}": text for code, text in texts.items()}
        data |= {"seen_version": above.version, "locations-0-seen_version": noun.version}
        data |= {"locations-0-meaning_kept": ["place"]} if ticked else {}
        assert self.client.post(at("change", self.above), self.data | data).status_code == 302


class World:
    """One passage in the database, and what is foretold of it."""

    def __init__(self, target: Any, anna: User, berta: User) -> None:
        self.target, self.noun, self.anna, self.berta = target, target.noun, anna, berta
        self.model, self.field = type(target.noun), target.prose_field
        self.foretold = Foretold(dict.fromkeys(ALL, ""), kept=dict.fromkeys(ALL, ""))

    def column(self, code: str) -> str:
        return f"{self.field}_{code}"

    def row(self) -> Any:
        return self.model.objects.get(pk=self.noun.pk)

    def form(self, texts: Texts, ticked: bool) -> None:
        self.target.post(texts, ticked)
        self.foretold.form(texts, self.target.clean, meaning_kept=ticked)

    def file(self, texts: Texts) -> None:
        request = RequestFactory().post("/")
        request.user = self.anna
        row = {"key": "passage"} | {self.column(code): text for code, text in texts.items()}
        (line,) = admin.site._registry[self.model]._run(request, [row], keep=True)
        assert line.errors == []
        self.foretold.form(texts, self.target.clean)

    def command(self, texts: Texts, status: str) -> None:
        noun = self.row()
        for code, text in texts.items():
            setattr(noun, self.column(code), text)
        noun.translated_as = status
        noun.save()
        self.foretold.saved(self.foretold.texts | texts, status=status)

    def translate(self, code: str, text: str) -> None:
        known = self.foretold
        try:
            saved = translate(self.row(), self.field, code, text, by=self.anna)
        except ValidationError:
            assert not said(known.texts["en"])
            return
        assert said(known.texts["en"])
        same = said(text) == said(known.texts[code])
        assert saved == (not same or known.state(code) in {"outdated", "machine"})
        if not same:
            known.saved(known.texts | {code: text})
        elif saved:
            known.pin(code, known.texts["en"], text)

    def approve(self, code: str) -> None:
        known, noun = self.foretold, self.row()
        texts = prose(noun, self.field)
        seen = (text_digest(texts.get("en", "")), text_digest(texts.get(code, "")))
        pin = known.pins.get(code)
        stands = pin is not None and (pin.source, pin.text) == (said(known.texts["en"]), said(known.texts[code]))
        try:
            approve(noun, self.field, code, by=self.berta, seen=seen)
        except Moved:
            assert not stands
            return
        assert stands
        known.pins[code] = Pin(pin.source, pin.text, "approved")

    def translators_file(self, code: str, text: str, source: str) -> None:
        known = self.foretold
        write([Wording(self.row(), self.field, code, text, source)], by=self.anna)
        if known.texts[code] != text:
            known.texts = known.texts | {code: text}
            known.kept = dict(known.texts)
        known.pin(code, source, text)

    def exported(self, code: str, text: str) -> None:
        """A file taken away as things stand and brought back with another text, whose mark somebody took away."""
        known = self.foretold
        file = polib.pofile(export(code, by=self.anna).decode(), wrapwidth=0)
        entry = next((one for one in file if one.msgctxt == passage_key(self.noun, self.field)), None)
        assert (entry is not None) == bool(said(known.texts["en"]))
        if entry is None:
            return
        assert (entry.msgid, entry.msgstr) == (said(known.texts["en"]), said(known.texts[code]))
        assert entry.fuzzy == (known.state(code) == "outdated")
        entry.msgstr, entry.fuzzy = text, False
        made = apply(po.read(str(file).encode()).entries, code, by=self.anna)
        assert made.refused == []
        if not text.strip() or (said(text) == said(known.texts[code]) and not made.of("confirmed")):
            return
        if said(text) != said(known.texts[code]):
            known.texts = known.texts | {code: text}
            known.kept = dict(known.texts)
        known.pin(code, known.texts["en"], text)

    def past_everything(self, code: str, text: str) -> None:
        self.model.objects.filter(pk=self.noun.pk).update(**{self.column(code): text})
        self.foretold.texts = self.foretold.texts | {code: text}

    def bring_back(self, number: int) -> None:
        moment, texts, pins = self.foretold.moments[number % len(self.foretold.moments)]
        bring_back(Trail(self.model, self.noun.pk), moment, version=self.row().version)
        if self.foretold.texts != texts:
            self.foretold.texts, self.foretold.kept = dict(texts), dict(texts)
        self.foretold.pins = dict(pins)

    def look(self) -> None:
        known, noun = self.foretold, self.row()
        assert {code: getattr(noun, self.column(code)) or "" for code in ALL} == known.texts
        texts = prose(noun, self.field)
        pins = TranslationPin.objects.filter(noun=self.model._meta.model_name, object_id=noun.pk, field=self.field)
        assert {pin.language: Pin(pin.source_text, "", pin.status) for pin in pins} == {
            code: Pin(pin.source, "", pin.status) for code, pin in known.pins.items()
        }
        for pin in pins:
            assert (pin.source_digest, pin.text_digest) == (
                text_digest(pin.source_text),
                text_digest(known.pins[pin.language].text),
            )
        if "en" in texts:
            found = Pins.of(self.model, [noun.pk])
            states = {code: found.state(noun, self.field, code, texts, "en").value for code in OTHERS}
            assert states == {code: known.state(code) for code in OTHERS}
        known.moments.append((timezone.now(), dict(known.kept), dict(known.pins)))


def ways(texts: tuple[str, ...]) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    text, other = st.sampled_from(texts), st.sampled_from(OTHERS)
    some = st.dictionaries(st.sampled_from(ALL), text, min_size=1)
    return st.lists(
        st.one_of(
            st.tuples(st.just("form"), some, st.booleans()),
            st.tuples(st.just("file"), some),
            st.tuples(st.just("command"), some, st.sampled_from(("human", "machine"))),
            st.tuples(st.just("translate"), other, text),
            st.tuples(st.just("approve"), other),
            st.tuples(st.just("translators_file"), other, text, text),
            st.tuples(st.just("exported"), other, text),
            st.tuples(st.just("past_everything"), st.sampled_from(ALL), st.one_of(text, st.just(" "))),
            st.tuples(st.just("bring_back"), st.integers(0, 20)),
        ),
        min_size=5,
        max_size=12,
    )


@pytest.fixture
def people(db: None) -> tuple[Client, User, User]:
    client = staff(name="anna")
    berta = User.objects.create_user("berta", is_superuser=True)
    return client, User.objects.get(username="anna"), berta


def run(target: Any, people: tuple[Client, User, User], done: list[tuple[Any, ...]]) -> None:
    _client, anna, berta = people
    with transaction.atomic():
        world = World(target, anna, berta)
        world.look()
        # Most of what can be done is done to texts that are there.
        world.form(dict.fromkeys(ALL, "Alpha"), ticked=False)
        world.look()
        for way, *given_to in done:
            getattr(world, way)(*given_to)
            world.look()
        transaction.set_rollback(True)


OFTEN = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# A source that goes and comes back, a file that translated an older source, and what was approved brought back.
STORY: list[tuple[Any, ...]] = [
    ("form", {"en": "Alpha", "da": "Beta", "lv": "Gamma "}, False),
    ("approve", "da"),
    ("form", {"en": "Beta"}, True),
    ("form", {"en": ""}, False),
    ("form", {"en": "Alpha"}, False),
    ("translators_file", "lv", "Alpha", "Beta"),
    ("past_everything", "da", "Alpha"),
    ("file", {"en": "Beta"}),
    ("translate", "da", "Alpha"),
    ("bring_back", 3),
    ("bring_back", 7),
    # Blanks that a form takes off while somebody changes the source alone are no translation.
    ("translators_file", "lv", "Gamma ", "Alpha"),
    ("form", {"en": "Caf\u00e9"}, False),
    ("exported", "da", "Gamma "),
    ("form", {"en": "Alpha"}, False),
    ("exported", "da", "Gamma "),
    # A tick vouches for the step from one wording to the next, not for what was outdated before.
    ("form", {"en": "Beta"}, False),
    ("form", {"en": "Caf\u00e9"}, True),
    # Nor for a text that nobody has pinned.
    ("exported", "da", "Beta"),
    ("past_everything", "da", "Alpha"),
    ("form", {"en": "Alpha"}, True),
]


def test_a_passage_of_a_form_stands_as_foretold_whatever_is_done_to_it(people: tuple[Client, User, User]) -> None:
    target = Section(people[0])

    @OFTEN
    @given(ways(Section.texts))
    @example(STORY)
    def whatever(done: list[tuple[Any, ...]]) -> None:
        run(target, people, done)

    whatever()


def test_a_passage_of_a_row_below_stands_as_foretold_whatever_is_done_to_it(people: tuple[Client, User, User]) -> None:
    target = Place(people[0])

    @OFTEN
    @given(ways(Place.texts))
    @example(STORY)
    def whatever(done: list[tuple[Any, ...]]) -> None:
        run(target, people, done)

    whatever()
