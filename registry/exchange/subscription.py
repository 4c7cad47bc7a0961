"""What a subscriber has chosen, in words."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from ..models import Subscriber
from .content import Content
from .localized import language_name, listing
from .mail import region_name

SCOPES = {
    Subscriber.Scope.ALL: _("Every change, editorial corrections included"),
    Subscriber.Scope.ANNOUNCEMENTS: _("Only changes announced in advance, and urgent ones"),
    # Last: the regions to choose from follow.
    Subscriber.Scope.REGIONS: _("Only changes that concern the regions I choose"),
}
_SAID = {
    Subscriber.Scope.ALL: _("every change, editorial corrections included"),
    Subscriber.Scope.ANNOUNCEMENTS: _("changes announced in advance, and urgent ones"),
    Subscriber.Scope.REGIONS: _("changes that concern some regions"),
}


class Chosen(NamedTuple):
    """In the language that is active: what of, for which regions (or ""), and in which language."""

    of: str
    regions: str
    language: str


def chosen(subscriber: Subscriber, content: Content, language: str) -> Chosen:
    """`content` is that of the release in force, which names the regions."""
    return Chosen(
        str(_SAID[Subscriber.Scope(subscriber.scope)]),
        listing([region_name(content, key, language) for key in subscriber.region_keys], language),
        language_name(subscriber.language, language),
    )


def region_choices(content: Content, language: str) -> list[tuple[str, str]]:
    return [(region["key"], region_name(content, region["key"], language)) for region in content["regions"]]
