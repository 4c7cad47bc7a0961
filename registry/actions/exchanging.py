"""Translators' files: take one away, and let what one says come in."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..exchange import po
from ..exchange.localized import language_name
from ..exchange.po_languages import gettext_name
from ..models import Language, ServiceProfile, State, TranslationPin
from ..pinning import Status, Wording, source_language
from ..translation import TRANSLATED, normal
from .publishing import draft
from .translating import Passage, made_from, passages, place, write
from .translators import may_read
from .weighing import Plan, name_of, pinned_source, plan


class PlanMoved(Exception):
    """The registry has changed since the preview: the file would do something else now. Nothing was saved."""


def languages(user: Any = None) -> list[str]:
    """The languages that have a file, for this user; for a command, all."""
    source = source_language()
    codes = [code for code in Language.objects.worked_on().codes() if code != source]
    return [code for code in codes if user is None or may_read(user, code)]


def file_name(language: str) -> str:
    profile = ServiceProfile.load()
    service = slugify(profile.service) if profile else ""
    return f"{service or 'policy'}-{gettext_name(language)}.po"


def export(language: str, *, by: Any = None) -> bytes:
    """One language's file; the same state gives the same bytes. Raise PermissionDenied where a user may not see it."""
    if by is not None and not may_read(by, language):
        raise PermissionDenied(_("You may not see texts in this language."))
    found = draft()
    rows = list(passages(found, [language]))
    pins = made_from(rows)
    header = po.Header(
        project=found.profile.service,
        contact=found.profile.contact,
        source=found.profile.source_language,
        language=language,
        revised_at=max((pin.at for pin in pins.values()), default=None),
    )
    with override(found.profile.source_language):
        entries = [_entry(row, pins.get(place(row.noun, row.field, language)), header.source) for row in rows]
        remark = _(
            "Translate into: %(language)s. Texts are Markdown. Leave {placeholders} and the addresses of links as "
            "they are."
        )
        return po.write(header, entries, remark % {"language": language_name(language, header.source)})


def _entry(passage: Passage, pin: TranslationPin | None, source: str) -> po.Entry:
    return po.Entry(
        key=passage.key,
        source=passage.source,
        text=passage.text,
        fuzzy=passage.state == State.OUTDATED,
        previous=pinned_source(passage, pin),
        status=passage.state.value,
        name=name_of(passage, source),
    )


def apply(
    entries: Iterable[po.Entry], language: str, *, by: Any = None, machine: bool = False, expected: str = ""
) -> Plan:
    """Save what the plan takes, in one transaction. Raise PlanMoved where it is not the plan named by `expected`."""
    entries = list(entries)
    with transaction.atomic():
        if language not in languages():
            raise PermissionDenied(_("Nobody works on this language. Turn it on first."))
        _lock({entry.key for entry in entries})
        made = plan(entries, language, by=by)
        if expected and made.fingerprint != expected:
            raise PlanMoved
        status = Status.MACHINE if machine else Status.HUMAN
        write(_wordings(made), by=by, status=status)
    return made


def _lock(keys: set[str]) -> None:
    """The rows that the entries name, in the order of all who lock several: two then wait for each other, and no more.

    A noun comes before the rows below it, as in forms; rows of one kind come by their numbers.
    """
    models: Iterable[Any] = TRANSLATED
    for model in models:
        rows = model._default_manager.order_by("pk")
        if model is not ServiceProfile:
            named = {key.split("/")[1] for key in keys if key.startswith(f"{model.released_as}/")}
            rows = rows.filter(key__in=named)
        list(rows.select_for_update().values_list("pk"))


def _wordings(made: Plan) -> Iterator[Wording]:
    for line in made.taken:
        if (passage := line.passage) is not None:
            same = normal(line.entry.text) == normal(passage.text)
            yield Wording(
                passage.noun, passage.field, passage.language, passage.text if same else line.entry.text, line.source
            )
