"""Draw up the document of a draft: its text, its annexes, its PDF. It changes nothing, and runs in no transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.contrib.admin.utils import label_for_field
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from ..exchange import agreement_paper, agreement_text, localized, pdf, template_content
from ..exchange import content as shape
from ..exchange.agreement_text import Customer, Terms
from ..exchange.digest import sha256
from ..exchange.pdf import Paper, Unfinished, Unprintable
from ..models import Agreement, DpaDraft, DpaRequest, DpaTemplateVersion, Release, ServiceProfile
from .cases import CannotMove


class CannotIssue(CannotMove):
    """No document can be issued from a draft; `problems` says why, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Document:
    """A document, and the rows that it was drawn up from."""

    draft: DpaDraft
    profile: ServiceProfile
    version: DpaTemplateVersion
    release: Release
    terms: Terms
    # The text, from which the page for readers and the PDF are made.
    html: str
    annexes: list[str]

    @cached_property
    def digest(self) -> str:
        """Of the text."""
        return sha256(self.html.encode())

    def holds(self, found: DpaDraft) -> bool:
        """Whether it would be drawn up from the same rows now."""
        version, release = newest_version(found), release_in_force()
        same = (found.template_id, found.number) == (self.draft.template_id, self.draft.number)
        return same and (version, release) == (self.version, self.release)

    def pdf(self) -> bytes:
        """Raise Unprintable, and CannotIssue where the typesetter fails."""
        try:
            return pdf.pdf(self.html, self._paper)
        except Unfinished as error:
            raise CannotIssue([unfinished()]) from error

    def pictures(self) -> list[bytes]:
        """Its pages as PNG. Raise as `pdf` does."""
        try:
            return pdf.pictures(self.html, self._paper)
        except Unfinished as error:
            raise CannotIssue([unfinished()]) from error

    @property
    def _paper(self) -> Paper:
        terms = self.terms
        return Paper(
            title=agreement_text.title(terms),
            language=terms.language,
            day=terms.issued_on,
            footer=agreement_paper.footer(
                terms.language,
                reference=terms.reference,
                release=self.release.number,
                release_digest=self.release.digest,
                version=self.version.number,
                version_digest=self.version.digest,
                text_digest=self.digest,
            ),
            author=terms.release["service"]["provider"],
            address=settings.PUBLIC_URL,
        )


def preview(request: DpaRequest, draft: DpaDraft) -> Document:
    """The document as it would be issued today, under no reference yet. Raise CannotIssue where there is none at all;
    what else is in the way `problems` says."""
    with override(draft.language):
        # Translators: in the place of the reference, in a document that is not issued yet.
        reference = _("draft")
    if missing := list(_missing(draft)):
        raise CannotIssue(missing)
    return _document(draft, reference)


def draw_up(draft: DpaDraft, reference: str) -> Document:
    """The document that will be issued under a reference. Raise CannotIssue."""
    if missing := list(_missing(draft)):
        raise CannotIssue(missing)
    document = _document(draft, reference)
    if wrong := list(_wrong(document)):
        raise CannotIssue(wrong)
    return document


def problems(request: DpaRequest, draft: DpaDraft) -> list[str]:
    """Why no document can be issued from a draft, a sentence each; nothing where one can."""
    if missing := list(_missing(draft)):
        return missing
    document = preview(request, draft)
    found = list(_wrong(document))
    if not found and not agreement_paper.surely_printable(document.html):
        try:
            document.pdf()
        except Unprintable as error:
            found = [unprintable(error)]
        except CannotIssue as error:
            found = error.problems
    return found


def unfinished() -> str:
    return _("The document could not be made just now. Please try again in a few minutes.")


def unprintable(error: Unprintable) -> str:
    told = localized.listing(
        [f"{character} (U+{ord(character):04X})" for character in error.characters], get_language() or "en"
    )
    return _("No font has these characters: %(characters)s. Write them in another way.") % {"characters": told}


def newest_version(draft: DpaDraft) -> DpaTemplateVersion | None:
    return draft.template.newest if draft.template_id else None


def release_in_force() -> Release | None:
    """For new customers, today."""
    profile = ServiceProfile.load()
    return Release.objects.in_force_new(profile.today()).first() if profile else None


def _document(draft: DpaDraft, reference: str) -> Document:
    profile, version, release = ServiceProfile.load(), newest_version(draft), release_in_force()
    if not (profile and version and release):
        # Gone since somebody looked: as good as never there.
        raise CannotIssue(list(_missing(draft)))
    terms = Terms(
        template=template_content.decode(version.content),
        release=shape.decode(release.content),
        release_digest=release.digest,
        language=draft.language,
        reference=reference,
        issued_on=profile.today(),
        customer=Customer(
            company=draft.company,
            address=draft.address,
            country=draft.country,
            account=draft.account,
            name=draft.name,
            role=draft.role,
            email=draft.request.requester.email,
        ),
        region=draft.region,
        governing_law=draft.governing_law,
        supersedes=draft.supersedes.reference if draft.supersedes else "",
        source_prevails=profile.source_prevails,
    )
    return Document(draft, profile, version, release, terms, agreement_text.text(terms), agreement_text.annexes(terms))


def _missing(draft: DpaDraft) -> Iterator[str]:
    """Without which there is no document at all."""
    if ServiceProfile.load() is None:
        yield _("There is no service profile yet. Add one first.")
        return
    if release_in_force() is None:
        yield _("No release is in force for new customers.")
    if not draft.template_id:
        yield _("No template is chosen. Publish one, and make it the standard template of the service profile.")
        return
    version = newest_version(draft)
    if version is None:
        yield _("No version of the template has been published yet.")
    elif draft.language not in template_content.decode(version.content)["languages"]:
        told = localized.language_name(draft.language, get_language() or "en")
        yield _("The newest version of the template is not in this language: %(language)s.") % {"language": told}


def _wrong(document: Document) -> Iterator[str]:
    draft, language = document.draft, get_language() or "en"
    if not draft.template.listed:
        yield _("The template is not offered any more. Choose another one.")
    needed = ("company", "address", "country", "name", "role")
    if empty := [name for name in needed if not getattr(draft, name).strip()]:
        told = localized.listing([str(label_for_field(name, DpaDraft)) for name in empty], language)
        yield _("Not stated: %(fields)s.") % {"fields": told}
    if draft.region and draft.region not in {region["key"] for region in document.terms.release["regions"]}:
        yield _("The release in force lists no such hosting region: %(region)s.") % {"region": draft.region}
    if draft.supersedes and draft.supersedes.state != Agreement.State.IN_FORCE:
        yield _("This agreement is not in force: %(reference)s.") % {"reference": draft.supersedes.reference}
    if unfilled := agreement_text.unfilled(document.terms):
        yield _("The text names facts that are not stated: %(names)s.") % {
            "names": localized.listing(unfilled, language)
        }
