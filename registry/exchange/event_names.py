"""What people read of the events of a DPA request: its customer on their page, both parties on the page of evidence."""

from django.utils.translation import gettext as _

from ..models import DpaEvent

Kind = DpaEvent.Kind


def happened(provider: str) -> dict[str, str]:
    """What customers are told; that their data is erased nobody is left to read."""
    return {
        Kind.RECEIVED: _("Request received"),
        Kind.VERIFIED: _("Address confirmed"),
        Kind.IN_REVIEW: _("Review begun"),
        Kind.ISSUED: _("Document issued"),
        Kind.ACCEPTED: _("Document accepted by the customer"),
        Kind.COUNTERSIGNED: _("Countersigned by the provider: %(provider)s") % {"provider": provider},
        Kind.CLOSED: _("Request closed"),
        Kind.DECLINED: _("Request declined"),
        Kind.WITHDRAWN: _("Request withdrawn by the customer"),
        Kind.EXPIRED: _("Time to accept the document over"),
        Kind.SUPERSEDED: _("Agreement superseded by a newer one"),
        Kind.ENDED: _("Agreement ended"),
        Kind.ERASURE_REFUSED: _("Erasure of the personal data refused: the agreement has to be kept"),
    }
