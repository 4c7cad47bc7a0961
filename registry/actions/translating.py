"""Translate a passage, confirm it, approve it; and how far the translations of the draft have come."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from ..exchange import composing
from ..exchange.composing import Draft
from ..exchange.terms import stand_for
from ..exchange.wording import faults_beside
from ..history import record
from ..models import INCOMPLETE, DpaTemplate, Language, ServiceProfile, State, TranslationPin
from ..pinning import Status, Wording, settle
from ..translation import TRANSLATED, Pins, noun_name, prose, text_digest
from .translators import may_approve_pin, require_translate


class Moved(Exception):
    """The source or the text is no longer the one that the translator looked at; the message says which."""


class Faulty(Exception):
    """The text cannot be published beside its source; `faults` says why, a sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Passage:
    """One passage in one language beside its source."""

    noun: Any
    field: str
    language: str
    source: str
    text: str
    state: State

    @property
    def key(self) -> str:
        """Names the passage for ever, in files and addresses: sections/definition/heading."""
        return passage_key(self.noun, self.field)

    @property
    def digests(self) -> tuple[str, str]:
        """What a translator looks at: the digest of the source, and of the text."""
        return text_digest(self.source), text_digest(self.text)


@dataclass(frozen=True)
class Coverage:
    """One language: how many passages of the source it has in each state, and which are missing or outdated."""

    language: str
    states: Counter[str]
    incomplete: tuple[Passage, ...]

    @property
    def total(self) -> int:
        return self.states.total()

    @property
    def done(self) -> int:
        return self.total - len(self.incomplete)

    @property
    def percent(self) -> int:
        return percent(self.done, self.total)


def marked(found: Draft) -> list[Coverage]:
    """The public languages that would be published with the notice, where something is missing or outdated."""
    notice = [row.code for row in found.languages if row.when_incomplete == Language.WhenIncomplete.NOTICE]
    return [told for told in _covered(passages(found, notice, released=True), notice, found) if told.incomplete]


def percent(done: int, total: int) -> int:
    """Rounded down, so that 100 means complete."""
    return 100 * done // total if total else 100


def passage_key(noun: Any, field: str) -> str:
    if isinstance(noun, ServiceProfile):
        return f"profile/{field}"
    return f"{noun.released_as}/{noun.key}/{field}"


def passages(found: Draft, languages: Iterable[str] | None = None, *, released: bool = False) -> Iterator[Passage]:
    """Every passage of the draft in each language but the source's; by default in the public ones.

    Templates of agreements are translated beside the policy, and are no part of what is `released`.
    """
    source = found.profile.source_language
    codes = [code for code in (found.codes if languages is None else languages) if code != source]
    for noun, field, texts in chain(found.passages(), () if released else _of_templates()):
        if source not in texts:
            continue
        for code in codes:
            state = found.state(noun, field, code, texts)
            yield Passage(noun, field, code, texts[source], texts.get(code, ""), state)


def _of_templates() -> Iterator[tuple[Any, str, dict[str, str]]]:
    for template in DpaTemplate.objects.listed():
        for field in TRANSLATED[DpaTemplate]:
            yield template, field, prose(template, field)


def coverage(found: Draft, languages: Iterable[str] | None = None) -> list[Coverage]:
    """Each public language but the source, or those given, in the order of their codes."""
    codes = found.codes if languages is None else list(languages)
    return _covered(passages(found, codes), codes, found)


def _covered(rows_of_all: Iterable[Passage], languages: Iterable[str], found: Draft) -> list[Coverage]:
    told: dict[str, list[Passage]] = {code: [] for code in sorted({*languages} - {found.profile.source_language})}
    for passage in rows_of_all:
        told[passage.language].append(passage)
    return [
        Coverage(
            code,
            Counter(passage.state.value for passage in rows),
            tuple(passage for passage in rows if passage.state in INCOMPLETE),
        )
        for code, rows in told.items()
    ]


def made_from(found: Iterable[Passage]) -> dict[tuple[str, int, str, str], TranslationPin]:
    """The pins of passages, whole, by place: what an outdated one was made from, and who answers for it."""
    wanted = {place(passage.noun, passage.field, passage.language) for passage in found}
    pins = TranslationPin.objects.filter(
        object_id__in={row[1] for row in wanted}, language__in={row[3] for row in wanted}
    ).select_related("by", "approved_by", "kept_by")
    by_place = {(pin.noun, pin.object_id, pin.field, pin.language): pin for pin in pins}
    return {row: pin for row, pin in by_place.items() if row in wanted}


def place(noun: Any, field: str, language: str) -> tuple[str, int, str, str]:
    return noun_name(noun), noun.pk, field, language


def translate(noun: Any, field: str, language: str, text: str, *, by: Any, seen: tuple[str, str] | None = None) -> bool:
    """Save a language's text of a passage, made from the source as it stands; say whether there was anything to save.

    The same text again confirms one that is outdated or a machine's. One that is current keeps its author and its
    approval: nobody has changed anything. `seen` are the digests of the source and of the text that the translator
    looked at. Raise Moved where one of them is another by now, Faulty where the text cannot stand beside its source,
    PermissionDenied for a language that is not the user's, ValidationError for a text that the field does not hold.
    """
    require_translate(by, language, type(noun))
    if field not in TRANSLATED[type(noun)]:
        raise ValidationError(_("There is no such passage to translate."))
    with transaction.atomic():
        noun, profile = _locked(noun), ServiceProfile.load()
        texts = prose(noun, field)
        source_language = profile.source_language if profile else "en"
        source = texts.get(source_language, "")
        _refuse(noun, field, language, text, source, texts, seen, profile)
        if text_digest(texts.get(language, "")) == text_digest(text):
            state = Pins.of(type(noun), [noun.pk]).state(noun, field, language, texts, source_language)
            if state not in {State.OUTDATED, State.MACHINE}:
                return False
            settle([Wording(noun, field, language, text, source)], by=by)
            return True
        setattr(noun, build_localized_fieldname(field, language), text)
        noun._history_user = by
        noun.save()
        return True


def _locked(noun: Any) -> Any:
    """The row as it is now. Raise Moved where it was deleted."""
    found = type(noun)._default_manager.select_for_update().filter(pk=noun.pk).first()
    if found is None:
        raise Moved(_("This passage is no longer part of the draft."))
    return found


def _refuse(
    noun: Any,
    field: str,
    language: str,
    text: str,
    source: str,
    texts: dict[str, str],
    seen: tuple[str, str] | None,
    profile: ServiceProfile | None,
) -> None:
    source_language = profile.source_language if profile else "en"
    if language == source_language or not source:
        raise ValidationError(_("There is no such passage to translate."))
    if not Language.objects.worked_on().filter(code=language).exists():
        raise ValidationError(_("Nobody works on this language. Turn it on first."))
    if seen and seen[0] != text_digest(source):
        raise Moved(_("The source has changed since you opened this page. Compare your text with the new source."))
    if seen and seen[1] != text_digest(texts.get(language, "")):
        raise Moved(_("Somebody else has changed this translation since you opened this page."))
    facts = stand_for(noun, composing.service(profile), language) if profile else None
    if text.strip() and (found := faults_beside(text, source, facts)):
        raise Faulty(found)
    noun._meta.get_field(build_localized_fieldname(field, language)).clean(text or None, noun)


def approve(noun: Any, field: str, language: str, *, by: Any, seen: tuple[str, str]) -> None:
    """Approve a translation as it stands beside its source; `seen` as for `translate`.

    Raise Moved where the approver looked at other texts, or the translation is outdated; PermissionDenied where they
    may not, or made it themselves and the profile asks for a second pair of eyes.
    """
    with transaction.atomic():
        noun, profile = _locked(noun), ServiceProfile.load()
        texts = prose(noun, field)
        source = texts.get(profile.source_language if profile else "en", "")
        pin = (
            TranslationPin.objects.select_for_update()
            .filter(noun=noun_name(noun), object_id=noun.pk, field=field, language=language)
            .first()
        )
        digests = text_digest(source), text_digest(texts.get(language, ""))
        if pin is None or (pin.source_digest, pin.text_digest) != digests or seen != digests:
            raise Moved(_("The source or the translation has changed since you looked. Look again, then approve."))
        if not may_approve_pin(by, pin, profile):
            raise PermissionDenied(_("Somebody else has to approve this translation."))
        if pin.status != Status.APPROVED:
            pin.status, pin.approved_by, pin.approved_at = Status.APPROVED, by, timezone.now()
            pin._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
            pin.save()


def write(wordings: Iterable[Wording], *, by: Any, status: str = Status.HUMAN) -> None:
    """Save many texts, each made from the source that its wording names: files of translators come this way.

    The caller has locked the rows and checked the texts. History and pins are as exact as by the forms, in a few
    statements for each kind of noun.
    """
    rows: dict[type[Any], dict[int, Any]] = {}
    columns: dict[type[Any], set[str]] = {}
    wordings = list(wordings)
    for wording in wordings:
        model = type(wording.noun)
        noun = rows.setdefault(model, {}).setdefault(wording.noun.pk, wording.noun)
        column = build_localized_fieldname(wording.field, wording.language)
        if (getattr(noun, column) or "") != wording.text:
            setattr(noun, column, wording.text)
            columns.setdefault(model, set()).add(column)
            noun._texts_changed = True
    # One moment for the rows and their pins, as a save gives them.
    at = timezone.now()
    for model, names in columns.items():
        changed = [noun for noun in rows[model].values() if noun.__dict__.pop("_texts_changed", False)]
        _write_rows(model, changed, names, by, at)
    settle(wordings, by=by, status=status, at=at)


def _write_rows(model: type[Any], nouns: list[Any], columns: set[str], by: Any, at: datetime) -> None:
    for noun in nouns:
        noun.version += 1
    rows, pks = model._default_manager, [noun.pk for noun in nouns]
    rows.bulk_update(nouns, sorted(columns), batch_size=500)
    rows.filter(pk__in=pks).update(version=F("version") + 1)
    record(model, pks, at=at, by=by)
