"""What may not be erased yet: the person behind an agreement that binds, or may still be argued about.

GDPR Art. 17(3)(b) and (e): the provider proves by the agreement that it processes on documented instructions (Art.
28(3), (9)), and defends claims with it until they are time-barred.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ..exchange import localized
from ..models import Agreement, Delivery, DpaEvent, DpaRequest, ServiceProfile
from . import eventing
from .cases import CannotMove, saved
from .dpa_moves import now, queue

GROUND = "GDPR Art. 17(3)(b), (e)"


class Kept(CannotMove):
    """A person who cannot be erased yet. As text: the ground and until when, in the language that is spoken.

    `agreements` are their references. `until` is the first day on which nothing is in the way any more; None while an
    agreement is in force.
    """

    def __init__(self, reference: str, agreements: list[str], until: date | None, years: int) -> None:
        self.reference, self.agreements, self.until, self.years = reference, agreements, until, years
        super().__init__(reference)

    def __str__(self) -> str:
        first = _("The personal data of this request cannot be erased yet: %(reference)s.")
        which = _("Agreements: %(references)s.")
        language = get_language() or "en"
        references = localized.listing(self.agreements, language)
        said = (first % {"reference": self.reference}, self.why, which % {"references": references})
        return " ".join([*said, self.when(language)])

    @property
    def why(self) -> str:
        """The ground, for staff."""
        return _(
            "The signatory and the signed document are kept to comply with legal obligations, and to establish, "
            "exercise or defend legal claims (GDPR Art. 17(3)(b) and (e))."
        )

    def when(self, language: str) -> str:
        """Until when, for staff and for the person alike."""
        if self.until:
            day = localized.day(self.until, language)
            return _("The personal data can be erased from this day on: %(day)s.") % {"day": day}
        if not self.years:
            return _("The personal data is kept while an agreement is in force.")
        return ngettext(
            "The personal data is kept while an agreement is in force and for %(count)d year after its end, until "
            "claims are time-barred.",
            "The personal data is kept while an agreement is in force and for %(count)d years after its end, until "
            "claims are time-barred.",
            self.years,
        ) % {"count": self.years}


def held() -> Any:
    """The agreements whose people are kept today: in force, or within the limitation period."""
    return Agreement.objects.kept(*_limits())


def kept(request: DpaRequest) -> Kept | None:
    """Why the person of a request cannot be erased today; None where nothing is in the way."""
    day, years = _limits()
    found = list(request.agreements.kept(day, years).order_by("issued_at", "pk"))
    if not found:
        return None
    ends = [agreement.free_from(years) for agreement in found]
    until = None if None in ends else max(filter(None, ends))
    return Kept(request.reference, [agreement.reference for agreement in found], until, years)


def refuse(seen: DpaRequest, by: Any) -> DpaRequest:
    """Refuse to erase a person who asked for it, and tell them the ground (GDPR Art. 12(4)); once a day at most.

    Raise CannotMove where nothing is in the way of erasing.
    """
    with transaction.atomic():
        request = now(seen)
        found = kept(request)
        if found is None:
            raise CannotMove(_("Nothing is in the way of this erasure. Erase the personal data instead."))
        day = today()
        if told_on(request) == day:
            return request
        until = found.until.isoformat() if found.until else ""
        eventing.record(request, DpaEvent.Kind.ERASURE_REFUSED, agreements=found.agreements, ground=GROUND, until=until)
        saved(request, by)
        queue(request, Delivery.Kind.DPA_KEPT, event=day.isoformat())
    return request


def told_on(request: DpaRequest) -> date | None:
    """The last day on which the person was told that they cannot be erased yet."""
    days = request.deliveries.filter(kind=Delivery.Kind.DPA_KEPT).values_list("event", flat=True)
    return max(map(date.fromisoformat, days), default=None)


def today() -> date:
    """The day it is in the profile’s time zone."""
    return _limits()[0]


def _limits() -> tuple[date, int]:
    """Today, in the profile's time zone, and the limitation period in years."""
    profile = ServiceProfile.load()
    if profile is None:
        return timezone.localdate(), ServiceProfile._meta.get_field("limitation_years").default
    return profile.today(), profile.limitation_years
