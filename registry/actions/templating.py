"""Freeze a DPA template into its next version, and show what that version would say."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from ..exchange import content as shape
from ..exchange import template_content
from ..exchange.localized import language_name
from ..exchange.placeholders import names, unknown
from ..exchange.terms import Stated, Terms, sample_customer
from ..models import (
    INCOMPLETE,
    DpaTemplate,
    DpaTemplatePublication,
    DpaTemplateVersion,
    Language,
    Release,
    ServiceProfile,
    State,
)
from ..translation import TRANSLATED, Pins, prose
from . import publishing
from .checking import Problem, passage_name
from .entering import CannotPublish, DraftMoved

Content = template_content.Content
FIELDS = TRANSLATED[DpaTemplate]
# Without them there is no agreement.
NEEDED = ("title", "body")


@dataclass(frozen=True)
class Standing:
    """What publishing a template now would freeze, and what stands against it.

    `left_out` says of each public language that the version would not be in, why. It keeps nobody from publishing.
    """

    newest: DpaTemplateVersion | None
    before: Content | None
    content: Content
    problems: list[Problem]
    left_out: dict[str, list[Problem]]

    @property
    def number(self) -> int:
        return int(self.content["number"])

    @property
    def changed(self) -> bool:
        return self.before is None or template_content.facts_of(self.before) != template_content.facts_of(self.content)

    @property
    def digest(self) -> str:
        """Names what a publisher looks at, whatever the moment."""
        seen = {**template_content.facts_of(self.content), "number": self.number}
        return template_content.digest(template_content.encode(seen))


def publish(template: DpaTemplate, by: Any = None, *, expected: str = "") -> DpaTemplateVersion:
    """Freeze the template into its next version. `expected` is the digest of the Standing that the publisher saw.

    Raise CannotPublish with every problem found, DraftMoved where somebody was quicker.
    """
    with transaction.atomic():
        found = standing(DpaTemplate.objects.select_for_update().get(pk=template.pk))
        if expected and expected != found.digest:
            raise DraftMoved([Problem(_("The template has changed since you looked at it. Look again, then publish."))])
        problems = list(found.problems)
        if found.newest and not found.changed:
            told = _("The template has not changed since version %(number)s.") % {"number": found.newest.number}
            problems.append(Problem(told))
        if problems:
            raise CannotPublish(problems)
        text = template_content.encode(found.content)
        version = DpaTemplateVersion.objects.create(
            template=template,
            number=found.number,
            content=text,
            digest=template_content.digest(text),
            published_at=datetime.fromisoformat(found.content["published_at"]),
        )
        DpaTemplatePublication.objects.create(version=version, by=by)
        return version


def standing(template: DpaTemplate) -> Standing:
    profile, newest = ServiceProfile.load(), template.newest
    source = profile.source_language if profile else "en"
    pins = Pins.of(DpaTemplate, [template.pk])
    left_out: dict[str, list[Problem]] = {}
    states: dict[str, set[State]] = defaultdict(set)
    said = {field: prose(template, field) for field in FIELDS}
    for code in (code for code in Language.objects.public().codes() if code != source):
        found = [(field, texts) for field, texts in said.items() if source in texts]
        for field, texts in found:
            state = pins.state(template, field, code, texts, source)
            states[code].add(state)
            left_out.setdefault(code, []).extend(_translation(template, field, code, texts, source, state))
    whole = [code for code in states if not left_out[code]]
    content = template_content.compose(
        template,
        number=newest.number + 1 if newest else 1,
        published_at=timezone.now(),
        previous_digest=newest.digest if newest else "",
        source=source,
        languages=whole,
        machine=[code for code in whole if State.MACHINE in states[code]],
    )
    # In the form in which it will be read back, so that comparing finds no change of form.
    content = template_content.decode(template_content.encode(content))
    return Standing(
        newest,
        template_content.decode(newest.content) if newest else None,
        content,
        list(_against(template, profile, content)),
        {code: told for code, told in left_out.items() if told},
    )


def _translation(
    template: DpaTemplate, field: str, code: str, texts: dict[str, str], source: str, state: State
) -> Iterator[Problem]:
    """What keeps a language out of the version."""
    said = {"passage": passage_name(template, field), "language": _language(code)}
    if state in INCOMPLETE:
        told = {
            State.MISSING: _("%(passage)s: the translation is missing. Language: %(language)s."),
            State.OUTDATED: _(
                "%(passage)s: the translation is outdated, because the source has changed. Language: %(language)s."
            ),
        }
        yield Problem(told[state] % said, template, field, code, state)
    elif names(texts[code]) != names(texts[source]):
        different = _("%(passage)s: its placeholders are not those of the source. Language: %(language)s.")
        yield Problem(different % said, template, field, code)


def _against(template: DpaTemplate, profile: ServiceProfile | None, content: Content) -> Iterator[Problem]:
    """What keeps the version from being published."""
    if profile is None:
        yield Problem(_("There is no service profile yet. Add one first."), ServiceProfile)
        return
    if not template.listed:
        yield Problem(_("The template is not listed. List it first."), template, "listed")
    spoken = {field.name for field in template._meta.fields if hasattr(field, "translated_field")}
    try:
        # What came by SQL or a script has met no form.
        template.clean_fields(exclude={*FIELDS, *spoken})
    except ValidationError as error:
        for field, said in error.message_dict.items():
            yield Problem(f"{passage_name(template, field)}: {' '.join(said)}", template, field)
        return
    source = profile.source_language
    stated = Stated(_between_samples(content, profile, source), source)
    for field in FIELDS:
        told = {"passage": passage_name(template, field), "language": _language(source)}
        if content[field] is None:
            if field in NEEDED or prose(template, field):
                yield Problem(_("%(passage)s: the source text is missing.") % told, template, field, source)
            continue
        for written in dict.fromkeys(unknown(content[field]["text"][source], stated)):
            no_fact = _("%(passage)s: there is no fact for %(placeholder)s. Language: %(language)s.")
            yield Problem(no_fact % {**told, "placeholder": written}, template, field, source)


def preview(content: Content, language: str, *, region: str = "") -> Terms:
    """The terms of an agreement between sample parties, from a version or from what publishing now would freeze.

    Raise CannotPublish where there is no service profile, KeyError for a language that the content does not hold.
    """
    profile = ServiceProfile.load()
    if profile is None:
        raise CannotPublish([Problem(_("There is no service profile yet. Add one first."), ServiceProfile)])
    if language not in content["languages"]:
        raise KeyError(language)
    return _between_samples(content, profile, language, region)


def _between_samples(content: Content, profile: ServiceProfile, language: str, region: str = "") -> Terms:
    release = Release.objects.in_force_new(profile.today()).first()
    # Before the first release its draft tells what one would say.
    stated = shape.decode(release.content) if release else publishing.preview()
    with override(language):
        # Translators: in the place of the reference, in an agreement between sample parties.
        reference = _("sample")
    return Terms(
        template=content,
        release=stated,
        release_digest=release.digest if release else "",
        language=language,
        reference=reference,
        issued_on=profile.today(),
        customer=sample_customer(profile.provider_country, profile.service_address, language),
        region=region,
        source_prevails=profile.source_prevails,
    )


def broken(version: DpaTemplateVersion) -> list[str]:
    """What is wrong with a version, in sentences; nothing where it is as it was published."""
    said = {"template": version.template.key, "number": version.number}
    wrong = []
    if template_content.digest(version.content) != version.digest:
        wrong.append(_("%(template)s, version %(number)s: its digest is not that of its content.") % said)
    try:
        content = template_content.decode(version.content)
        columns = (version.template.key, version.number, version.published_at)
        published = datetime.fromisoformat(content["published_at"])
        repeats = (content["template"], content["number"], published) == columns
    except (ValueError, KeyError, TypeError):
        return [*wrong, _("%(template)s, version %(number)s: its content cannot be read.") % said]
    if not repeats:
        wrong.append(_("%(template)s, version %(number)s: its columns do not say what its content says.") % said)
    before = DpaTemplateVersion.objects.filter(template=version.template, number=version.number - 1).first()
    if (before.digest if before else None) != content["previous_digest"]:
        wrong.append(_("%(template)s, version %(number)s: it does not follow the version before it.") % said)
    return wrong


def languages(version: DpaTemplateVersion) -> list[str]:
    """The languages that a version is whole in: an agreement can be issued in them."""
    return list(template_content.decode(version.content)["languages"])


def _language(code: str) -> str:
    return language_name(code, get_language() or "en")
