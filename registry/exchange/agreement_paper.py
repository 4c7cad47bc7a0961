"""What stands at the foot of each page of an agreement, and what every font can print."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import override

# Letters of the languages that we speak and of their neighbours, and common marks. What else there is, a font may lack.
_PRINTABLE = re.compile(r"[\n\t -~\u00a0-\u00ac\u00ae-\u017f\u0391-\u03a1\u03a3-\u03c9\u0401-\u045f–—‘’‚“”„†•…‹›€]*")


def footer(
    language: str,
    *,
    reference: str,
    release: int,
    release_digest: str,
    version: int,
    version_digest: str,
    text_digest: str,
) -> list[str]:
    """Lines in the language of the document. Digests are SHA-256."""
    with override(language):
        return [
            _("Agreement: %(reference)s") % {"reference": reference},
            _("Text · SHA-256: %(digest)s") % {"digest": text_digest},
            _("Release: %(number)s · SHA-256: %(digest)s") % {"number": release, "digest": release_digest},
            _("Version of the template: %(number)s · SHA-256: %(digest)s")
            % {"number": version, "digest": version_digest},
        ]


def surely_printable(text: str) -> bool:
    """Whether a text holds common characters alone. Of others the typesetter knows."""
    return _PRINTABLE.fullmatch(text) is not None
