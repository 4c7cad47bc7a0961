"""What stands on the page of an agreement, by what its reader may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Length
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ..actions import agreed, eventing
from ..exchange import localized
from ..exchange.content import decode
from ..exchange.mail import region_name
from ..models import Agreement, AgreementFile, DpaRequest, ServiceProfile
from .cases import may
from .mending import address
from .naming import language_label, moment_name, spoken, territory_name, zone_of_days

State = Agreement.State


# In the order in which they matter to whoever looks for one.
_ORDER = [AgreementFile.Kind(kind) for kind in ("final", "signed", "issued", "evidence", "text")]
# Those that are HTML; the others are PDF.
PAGES = {AgreementFile.Kind.TEXT, AgreementFile.Kind.EVIDENCE}


@dataclass(frozen=True)
class Document:
    kind: str
    label: str
    size: str
    address: str


def context(request: HttpRequest, found: Agreement) -> dict[str, Any]:
    asked = DpaRequest.objects.select_related("requester").get(pk=found.request_id)
    acting = not found.erased_at
    profile = ServiceProfile.load()
    change_request = may(request, "change_dparequest") and may(request, "view_dparequest")
    requester = getattr(asked, "requester", None)
    company = requester.company if requester and may(request, "view_dparequester") else ""
    documents = _documents(found) if may(request, "view_agreementfile") else None
    return {
        "case": asked,
        "seen_since": asked.since.isoformat(),
        "facts": [(label, value) for label, value in _facts(request, found, company) if value],
        "digests": [(label, value) for label, value in _digests(found) if value],
        "documents": documents,
        # What the customer has signed is what the provider signs.
        "to_read": next((one for one in documents or () if one.kind in {"signed", "issued"}), None),
        "signatures": list(found.signatures.order_by("at")) if may(request, "view_signature") else None,
        "events": asked.events.select_related("agreement") if may(request, "view_dpaevent") else None,
        "broken": eventing.broken(asked) if may(request, "view_dpaevent") else [],
        "since": agreed.since_signed(found, spoken()) if found.state == State.IN_FORCE else None,
        "provider": profile.provider if profile else "",
        "may_countersign": acting and found.may_move_to(State.IN_FORCE) and may(request, "countersign_agreement"),
        "waits": acting and found.state == State.ACCEPTED,
        "changed_upload": found.way == Agreement.Way.UPLOAD and found.unchanged is False,
        "may_end": acting and found.may_move_to(State.ENDED) and may(request, "change_agreement"),
        "today": (profile.today() if profile else timezone.localdate()).isoformat(),
        "may_amend": found.state == State.IN_FORCE and change_request and asked.may_move_to("in_review"),
    }


def _facts(request: HttpRequest, found: Agreement, company: str) -> Iterator[tuple[Any, Any]]:
    yield _("State"), found.get_state_display()
    yield _("DPA request"), _link(request, found.request)
    # The document may name another company: staff edit it.
    yield _("Who asks"), company
    yield _("Template"), _template(request, found)
    yield _("Release"), _link(request, found.release)
    yield _("Language"), language_label(found.language)
    yield _("Country"), territory_name(found.country)
    yield (
        _("Hosting region"),
        region_name(decode(found.release.content), found.region, spoken()) if found.region else "",
    )
    yield _("Annexes"), localized.listing(found.annexes, spoken()) if found.annexes else ""
    yield _("Supersedes"), _link(request, found.supersedes)
    yield _("Superseded by"), _links(request, found.successors.exclude(state=State.LAPSED))
    yield _("Issued at"), _moment(found.issued_at)
    if found.state == State.OFFERED:
        yield _("Open until"), _moment(found.open_until)
    yield _("Accepted at"), _moment(found.accepted_at)
    yield _("Way of signing"), found.get_way_display() if found.way else ""
    if found.unchanged is not None:
        yield _("Holds the issued document unchanged"), _("yes") if found.unchanged else _("no")
    yield _("Countersigned at"), _moment(found.countersigned_at)
    yield _("In force from"), localized.day(found.in_force_on, spoken()) if found.in_force_on else ""
    yield _("Ended on"), localized.day(found.ended_on, spoken()) if found.ended_on else ""
    if found.state == State.IN_FORCE:
        yield _("Mails about changes"), _("yes") if found.tell_changes else _("no")


def _digests(found: Agreement) -> Iterator[tuple[Any, str]]:
    yield _("Text"), found.text_digest
    yield _("Document as issued"), found.issued_digest
    yield _("Document as signed"), found.signed_digest
    yield _("Final document"), found.final_digest
    yield _("Template version"), found.version.digest
    yield _("Release"), found.release.digest


def _documents(found: Agreement) -> list[Document]:
    """Their bytes stay where they are."""
    sizes = dict(found.files.annotate(size=Length("content")).values_list("kind", "size"))
    return [
        Document(
            kind,
            str(kind.label),
            f"{'HTML' if kind in PAGES else 'PDF'}, {filesizeformat(sizes[kind])}",
            reverse("admin:registry_agreement_file", args=[found.pk, kind]),
        )
        for kind in _ORDER
        if kind in sizes
    ]


def _template(request: HttpRequest, found: Agreement) -> Any:
    named = {"name": found.version.template.key, "number": found.version.number}
    said = _("%(name)s, version %(number)s") % named
    where = address(request, found.version.template)
    return format_html('<a href="{}">{}</a>', where, said) if where else said


def _link(request: HttpRequest, row: Any) -> Any:
    if row is None:
        return ""
    where = address(request, row)
    return format_html('<a href="{}">{}</a>', where, row) if where else str(row)


def _links(request: HttpRequest, rows: Any) -> Any:
    return next((_link(request, row) for row in rows), "")


def _moment(at: Any) -> str:
    return moment_name(at, zone_of_days()) if at else ""
