"""How translations stand on a form: beside each field its state, what changed in its source, and who answers for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from ..actions import mending
from ..actions.translators import may_translate
from ..exchange.difference import Piece, difference
from ..exchange.localized import tag, text_direction
from ..models import State, TranslationPin
from ..translation import TRANSLATED, Pinned, Pins, noun_name, prose, text_digest
from .naming import language_label, moment_name
from .speaking import KEPT, Speech

# A difference of so many pieces can be read at a glance, and needs no unfolding.
_FEW = 40


@dataclass(frozen=True)
class Standing:
    """One translation beside its field."""

    column: str
    state: State
    said: list[str]
    words: list[Piece]
    source: str
    # Where the text can be confirmed as it is.
    address: str

    @property
    def source_tag(self) -> str:
        return tag(self.source)

    @property
    def source_direction(self) -> str:
        return text_direction(self.source)

    @property
    def few(self) -> bool:
        return len(self.words) <= _FEW


@dataclass(frozen=True)
class Tick:
    """Beside a source text that is translated: whether its new wording says the same."""

    column: str
    name: str
    field: str
    ticked: bool
    # With the form's script the tick shows once the text differs from what was loaded, or where it already does.
    moved: bool


def stand(request: HttpRequest, forms: Iterable[Any]) -> None:
    """Give each form of a row that is there its `standings`, and its fields theirs and their ticks.

    Two queries, however many rows.
    """
    spoken = [form for form in forms if form.instance.pk and type(form.instance) in TRANSLATED]
    speech = Speech.of(request)
    page = _Page(request, speech, [form.instance for form in spoken])
    rows = [(form, _said(form)) for form in spoken]
    passages = {
        form: [
            (field, code, texts, page.known.state(form.instance, field, code, texts, speech.source))
            for field, texts in said.items()
            if speech.source in texts
            for code in speech.shown
            if code != speech.source
        ]
        for form, said in rows
    }
    page.ask_sources(
        (form.instance, field, code)
        for form, found in passages.items()
        for field, code, _texts, state in found
        if state == State.OUTDATED
    )
    for form, said in rows:
        # On the fields themselves, where the template finds them at once; a form that is only read has no fields.
        for tick in _ticks(form, said, speech.source):
            form[tick.column].tick = tick
        form.standings = [page.standing(form.instance, *passage) for passage in passages[form]]
        for standing in form.standings:
            if standing.column in form.fields:
                form[standing.column].standing = standing


class _Page:
    """The pins of the rows that a page shows; texts of sources are asked for where they are shown."""

    def __init__(self, request: HttpRequest, speech: Speech, nouns: list[Any]) -> None:
        self.user, self.source = request.user, speech.source
        self.zone = ZoneInfo(speech.profile.time_zone if speech.profile else "UTC")
        found = TranslationPin.objects.filter(_among(nouns)).select_related("by", "approved_by", "kept_by")
        self.pins = {
            (pin.noun, pin.object_id, pin.field, pin.language): pin
            for pin in (found.defer("source_text") if nouns else ())
        }
        self.made_from: dict[int, str] = {}

    @cached_property
    def known(self) -> Pins:
        return Pins({at: Pinned(pin.source_digest, pin.text_digest, pin.status) for at, pin in self.pins.items()})

    def pin(self, noun: Any, field: str, language: str) -> TranslationPin | None:
        return self.pins.get((noun_name(noun), noun.pk, field, language))

    def ask_sources(self, passages: Iterable[tuple[Any, str, str]]) -> None:
        wanted = {pin.pk for passage in passages if (pin := self.pin(*passage))}
        if wanted:
            self.made_from = dict(TranslationPin.objects.filter(pk__in=wanted).values_list("pk", "source_text"))

    def standing(self, noun: Any, field: str, language: str, texts: dict[str, str], state: State) -> Standing:
        pin, words, said = self.pin(noun, field, language), [], []
        own = pin is not None and pin.text_digest == text_digest(texts.get(language, ""))
        if state == State.OUTDATED:
            words = self._change(pin, texts) if own else []
            if not words:
                said.append(_("Nobody has said which source text this translation was made from."))
        if pin and own:
            said += answers(pin, self.zone)
        confirms = state == State.OUTDATED and may_translate(self.user, language, type(noun))
        address = mending.translation(noun, field, language) if confirms else ""
        return Standing(build_localized_fieldname(field, language), state, said, words, self.source, address)

    def _change(self, pin: TranslationPin | None, texts: dict[str, str]) -> list[Piece]:
        """From the source that a text was made from to the source now; empty where nobody has said."""
        if pin is None or not self.made_from.get(pin.pk):
            return []
        if pin.source_digest == text_digest(texts[self.source]):
            return []
        return difference(self.made_from[pin.pk], texts[self.source])


def _among(nouns: list[Any]) -> Q:
    rows: dict[str, set[int]] = {}
    for noun in nouns:
        rows.setdefault(noun_name(noun), set()).add(noun.pk)
    found = Q(pk__in=())
    for name, pks in rows.items():
        found |= Q(noun=name, object_id__in=pks)
    return found


def _said(form: Any) -> dict[str, dict[str, str]]:
    """What the database says: a form that is refused has put what was typed into its row."""
    said: dict[str, dict[str, str]] = {}
    for field in TRANSLATED[type(form.instance)]:
        said[field] = {}
        for code, _name in settings.LANGUAGES:
            column = build_localized_fieldname(field, code)
            text = form.initial[column] if column in form.initial else getattr(form.instance, column)
            if text and text.strip():
                said[field][code] = text
    return said


def _ticks(form: Any, said: dict[str, dict[str, str]], source: str) -> Iterator[Tick]:
    for field, texts in said.items():
        column = build_localized_fieldname(field, source)
        if column in form.fields and source in texts and len(texts) > 1:
            moved = form.is_bound and column in form.changed_data
            yield Tick(column, form.add_prefix(KEPT), field, field in form.meaning_kept(), moved)


def answers(pin: TranslationPin, zone: ZoneInfo) -> list[str]:
    """Who answers for a translation, a sentence each."""
    machine = pin.status == TranslationPin.Status.MACHINE
    made = _("Machine translation, %(when)s") if machine else _("Translated by %(who)s, %(when)s")
    found = [_sentence(made, pin.by, pin.at, zone)]
    if pin.kept_at:
        kept = _("Source changed, meaning unchanged: said by %(who)s, %(when)s")
        found.append(_sentence(kept, pin.kept_by, pin.kept_at, zone))
    if pin.approved_at and pin.status == TranslationPin.Status.APPROVED:
        found.append(_sentence(_("Approved by %(who)s, %(when)s"), pin.approved_by, pin.approved_at, zone))
    return found


def _sentence(text: str, who: Any, when: datetime, zone: ZoneInfo) -> str:
    return text % {"who": who or _("a command or a deleted account"), "when": moment_name(when, zone)}


def outdated_now(request: HttpRequest, forms: Iterable[Any]) -> SafeString | str:
    """The languages that are outdated after a save that changed their source, as links; empty where there are none."""
    speech, codes = Speech.of(request), set()
    changed: dict[type[Any], list[tuple[Any, str]]] = {}
    for form in forms:
        for field in TRANSLATED.get(type(form.instance), ()):
            if form.instance.pk and build_localized_fieldname(field, speech.source) in form.changed_data:
                changed.setdefault(type(form.instance), []).append((form.instance, field))
    for model, passages in changed.items():
        pins = Pins.of(model, {noun.pk for noun, _field in passages})
        for noun, field in passages:
            codes |= outdated(pins, noun, field, speech)
    return format_html_join(" · ", "{}", ((_link(request, code),) for code in speech.shown if code in codes))


def outdated(pins: Pins, noun: Any, field: str, speech: Speech) -> set[str]:
    """The languages, of those shown, in which a field is outdated."""
    texts = prose(noun, field)
    others = set(speech.shown) - {speech.source} if speech.source in texts else set()
    return {code for code in others if pins.state(noun, field, code, texts, speech.source) == State.OUTDATED}


def _link(request: HttpRequest, language: str) -> str:
    if not may_translate(request.user, language):
        return language_label(language)
    address = reverse("admin:registry_translationpin_language", args=[language])
    return format_html('<a href="{}">{}</a>', address, language_label(language))
