"""What keeps the draft from being published."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as declared
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..exchange import composing
from ..exchange import content as shape
from ..exchange.localized import language_name, territory
from ..exchange.placeholders import Facts, names, unknown
from ..models import Language, PolicySection, Question, Region, Release, Safeguard, State
from ..translation import TRANSLATED


@dataclass(frozen=True)
class Problem:
    """A sentence about the draft, and the row, field and language where it can be mended."""

    message: str
    # A class where a first row is wanted.
    noun: Model | type[Model] | None = None
    field: str = ""
    language: str = ""
    # Of a translation that is missing or outdated, where its language asks for all of them.
    state: State | None = declared(default=None, compare=False)

    def __str__(self) -> str:
        return self.message


def check(
    found: composing.Draft, summary: dict[str, str] | None = None, reason: dict[str, str] | None = None
) -> list[Problem]:
    """Everything that keeps the draft from being published, in the active language."""
    source_first = list(_languages(found))
    if any(problem.field == "source_language" for problem in source_first):
        # Beside another source, nothing that follows would mean what it says.
        return source_first
    service = composing.service(found.profile)
    return [
        *source_first,
        *_references(found),
        *_values(found),
        *_passages(found),
        *told_once("summary", summary or {}, found.profile.source_language, found.languages, service),
        *told_once("reason", reason or {}, found.profile.source_language, found.languages, service),
        *_countries(found),
    ]


def by_language(problems: Iterable[Problem]) -> tuple[list[Problem], dict[str, list[Problem]]]:
    """Problems of the draft as a whole, and those of each language's passages, in the order of the languages' codes."""
    general: list[Problem] = []
    told: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        of_passage = problem.language and isinstance(problem.noun, Model)
        (told[problem.language] if of_passage else general).append(problem)
    return general, dict(sorted(told.items()))


def _languages(found: composing.Draft) -> Iterator[Problem]:
    if found.profile.source_language not in found.codes:
        yield Problem(_("The source language is not public. Make it public first."), found.profile, "source_language")
    if not found.sections:
        yield Problem(_("The policy has no section yet. Add one first."), PolicySection)
    first = Release.objects.order_by("number").first()
    if first and shape.decode(first.content)["source_language"] != found.profile.source_language:
        yield Problem(_("The source language cannot change once a release exists."), found.profile, "source_language")


def _references(found: composing.Draft) -> Iterator[Problem]:
    """No row names one that is left out of the release."""
    unlisted = _("%(noun)s names %(other)s, which is not listed.")
    for subprocessor in found.subprocessors:
        if subprocessor.parent and not subprocessor.parent.listed:
            yield Problem(unlisted % {"noun": subprocessor, "other": subprocessor.parent}, subprocessor, "parent")
    for location in found.locations:
        if location.region and not location.region.listed:
            yield Problem(unlisted % {"noun": location, "other": location.region}, location, "region")
        for found_set in location.safeguard_sets.all():
            if not found_set.listed:
                yield Problem(unlisted % {"noun": location, "other": found_set}, location, "safeguard_sets")
    for found_set in found.safeguard_sets:
        for safeguard in found_set.safeguards.all():
            if not safeguard.listed:
                yield Problem(unlisted % {"noun": found_set, "other": safeguard}, found_set, "safeguards")


def _values(found: composing.Draft) -> Iterator[Problem]:
    """No row holds what its form would refuse, such as an unknown code: a release that no page can read stays for ever.

    Rows that came by SQL or a script have met no form. Prose has checks of its own.
    """
    for noun in [*found.languages, *found.nouns(), *found.safeguard_sets, *found.transfer_mechanisms]:
        spoken = TRANSLATED.get(type(noun), ())
        links_and_prose = {
            field.name
            for field in noun._meta.fields
            if field.is_relation or field.name in spoken or hasattr(field, "translated_field")
        }
        try:
            noun.clean_fields(exclude=links_and_prose)
        except ValidationError as error:
            for field, said in error.message_dict.items():
                yield Problem(f"{passage_name(noun, field)}: {' '.join(said)}", noun, field)


_NEEDED = {PolicySection: {"heading"}, Question: {"question", "answer"}, Region: {"name"}}


def _passages(found: composing.Draft) -> Iterator[Problem]:
    facts, source = composing.service(found.profile), found.profile.source_language
    for noun, field, texts in found.passages():
        if source not in texts:
            yield from _silent_source(noun, field, texts, source)
            continue
        for language in found.languages:
            state = None
            if language.code in texts and language.code != source:
                state = found.state(noun, field, language.code, texts)
            yield from _passage(noun, field, texts, source, language, facts, outdated=state == State.OUTDATED)


def told_once(
    field: str, texts: dict[str, str], source: str, languages: Sequence[Language], service: dict[str, Any]
) -> Iterator[Problem]:
    """A text that is written for one entry of the chain alone: its summary or its reason."""
    said = {code: text for code, text in texts.items() if text.strip()}
    for code in sorted(said.keys() - {language.code for language in languages}):
        yield Problem(
            _("%(passage)s: this language is not public. Language: %(language)s.")
            % {"passage": passage_name(None, field), "language": _language(code)},
            field=field,
            language=code,
        )
    if source not in said:
        yield from _silent_source(None, field, said, source)
        return
    for language in languages:
        yield from _passage(None, field, said, source, language, service, outdated=False)


def _silent_source(noun: Any, field: str, texts: dict[str, str], source: str) -> Iterator[Problem]:
    certification = isinstance(noun, Safeguard) and noun.kind == Safeguard.Kind.CERTIFICATION
    needed = field in _NEEDED.get(type(noun), ()) or (isinstance(noun, Safeguard) and not certification)
    if needed or texts:
        yield Problem(
            _("%(passage)s: the source text is missing.") % {"passage": passage_name(noun, field)}, noun, field, source
        )


def _passage(
    noun: Any,
    field: str,
    texts: dict[str, str],
    source: str,
    language: Language,
    service: dict[str, Any],
    *,
    outdated: bool,
) -> Iterator[Problem]:
    said = {"passage": passage_name(noun, field), "language": _language(language.code)}
    blocks = language.when_incomplete == Language.WhenIncomplete.BLOCK
    text = texts.get(language.code)
    if text is None:
        if blocks:
            yield Problem(
                _("%(passage)s: the translation is missing. Language: %(language)s.") % said,
                noun,
                field,
                language.code,
                State.MISSING,
            )
        return
    for written in unknown(text, Facts(service, language.code)):
        yield Problem(
            _("%(passage)s: there is no fact for %(placeholder)s. Language: %(language)s.")
            % {**said, "placeholder": written},
            noun,
            field,
            language.code,
        )
    if outdated:
        # What differs from the source now was right beside the one it was made from.
        if blocks:
            yield Problem(
                _("%(passage)s: the translation is outdated, because the source has changed. Language: %(language)s.")
                % said,
                noun,
                field,
                language.code,
                State.OUTDATED,
            )
    elif names(text) != names(texts[source]):
        yield Problem(
            _("%(passage)s: its placeholders are not those of the source. Language: %(language)s.") % said,
            noun,
            field,
            language.code,
        )


def _countries(found: composing.Draft) -> Iterator[Problem]:
    used: dict[str, Model] = {}
    for location in found.locations:
        used.setdefault(location.territory, location)
    for subprocessor in found.subprocessors:
        used.setdefault(subprocessor.country, subprocessor)
    for region in found.regions:
        for code in region.countries:
            used.setdefault(code, region)
    used.setdefault(found.profile.provider_country, found.profile)
    for code, noun in used.items():
        for language in found.codes:
            if code and territory(code, language) is None:
                yield Problem(
                    _("%(country)s has no name in the language %(language)s.")
                    % {"country": code, "language": _language(language)},
                    noun,
                )


def passage_name(noun: Any, field: str) -> str:
    """A passage as staff know it: Policy section definition, heading."""
    if noun is None:
        return _("Reason") if field == "reason" else _("Summary of the release")
    return f"{capfirst(noun._meta.verbose_name)} {noun}, {noun._meta.get_field(field).verbose_name}"


def _language(code: str) -> str:
    known = code in dict(settings.LANGUAGES)
    return language_name(code, get_language() or "en") if known else _("“%(code)s”") % {"code": code}
