"""The policy of a release as a PDF: what the release states, and nothing that a later day changes but its own end."""

import hashlib
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from .frame import binding, release_facts, replaced_on
from .localized import text_direction
from .passages import Reader, notices
from .pdf import Paper, pdf
from .policy import body
from .published import Entry, Site
from .rows import Lists


def policy_pdf(site: Site, entry: Entry, language: str) -> bytes:
    """Raise pdf.Unprintable where the release holds what no font has."""
    return pdf(policy_html(site, entry, language), paper(site, entry, language))


def policy_html(site: Site, entry: Entry, language: str) -> str:
    reader = Reader(entry.content, language, paper=True)
    with override(language):
        context = {
            **release_facts(entry, language),
            **binding(site, entry, language, f"releases/{entry.number}/policy.pdf"),
            **body(reader, Lists(site, entry, reader)),
            "heading": _heading(entry),
            "provider": entry.content["service"]["provider"],
            "address": _address(site, entry, language),
            "replaced_on": replaced_on(site, entry, language),
        }
        # Last, since the reader has met every passage by then.
        return render_to_string("pdf/policy.html", {**context, "notices": notices(reader)})


def paper(site: Site, entry: Entry, language: str) -> Paper:
    # Without the mark the last slash of an address would jump to its other side.
    end = "\u200e" if text_direction(language) == "rtl" else ""
    with override(language):
        release = _("Release %(number)s") % {"number": entry.number}
        title = _("%(heading)s, release %(number)s") % {"heading": _heading(entry), "number": entry.number}
    return Paper(
        title=title,
        language=language,
        day=datetime.fromisoformat(entry.content["published_at"]).date(),
        footer=(f"{release} · {_address(site, entry, language)}{end}", f"SHA-256 {entry.digest}"),
        author=entry.content["service"]["provider"],
        address=_address(site, entry, language),
    )


def key(site: Site, entry: Entry, language: str) -> str:
    """Names all that the bytes are a function of, but for the build. A digest names every entry before it too."""
    end = entry.ended_on or replaced_on(site, entry, language)
    public = entry.content["source_language"] in site.languages
    state = repr((site.public_url, language, public, entry.digest, end))
    return hashlib.sha256(state.encode()).hexdigest()[:32]


def _heading(entry: Entry) -> str:
    return _("%(service)s subprocessors") % {"service": entry.content["service"]["service"]}


def _address(site: Site, entry: Entry, language: str) -> str:
    return f"{site.public_url}/{language}/releases/{entry.number}/"
