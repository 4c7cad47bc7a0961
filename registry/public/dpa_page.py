"""A request's own page for its customer, what stands on it, and what they may do there besides signing."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from ..actions import agreed, dpa, signing
from ..actions.cases import CannotMove
from ..exchange.localized import language_name, moment, tag, text_direction
from ..exchange.mail import region_name
from ..exchange.readable import readable
from ..models import Agreement, AgreementFile, DpaNote, DpaRequest, ServiceProfile, Signature
from .dpa_link import Opened, Purpose, opens
from .dpa_signing_form import AcceptForm, SigningForm, UploadForm
from .dpa_steps import Way

Kind = AgreementFile.Kind
State = DpaRequest.State
# Sentences of what has changed; the comparison has them all.
MOST = 8
# The documents that a customer may take away, by the name that ends their address.
PAPERS = {"document": Kind.ISSUED, "signed": Kind.SIGNED, "final": Kind.FINAL}


def way(opened: Opened) -> Way:
    profile = ServiceProfile.load()
    shown = opened.site.shown
    # Which documents there are, not the documents.
    files = Prefetch("files", AgreementFile.objects.defer("content"))
    found = opened.dpa.agreements.select_related("supersedes").prefetch_related(files, "signatures")
    return Way(
        opened.dpa,
        list(found.order_by("-issued_at", "-pk")),
        opened.language,
        ZoneInfo(shown.content["time_zone"] if shown else "UTC"),
        shown.content["service"]["provider"] if shown else "",
        profile.declined_days if profile else 0,
    )


def page(
    opened: Opened, *, problem: str = "", form: SigningForm | None = None, status: int = 200, retry: int = 0
) -> HttpResponse:
    """The page as things are now; `form` is one that was sent and not kept."""
    on = way(opened)
    agreements = [_told(opened, on, one) for one in on.agreements]
    context = {
        "way": on,
        "happened": on.happened(),
        "standing": on.standing(),
        "ahead": on.ahead(),
        "reason": _reason(opened.dpa),
        "agreements": agreements,
        "final": next((one["papers"].get("final") for one in agreements if one["since"]), ""),
        "reading": _reading(on),
        "announced": opened.site.announced,
        "withdrawable": opened.dpa.may_move_to(State.WITHDRAWN),
        "again": opened.dpa.state in (State.DECLINED, State.WITHDRAWN, State.EXPIRED),
        "problem": problem,
        "form": form,
        "mistakes": form.mistakes() if form and on.offered else [],
        "saved": "saved" in opened.request.GET,
        **_forms(on, form),
    }
    response = opened.page("status", _("Your data processing agreement"), status, **context)
    if retry:
        response.headers["Retry-After"] = str(retry)
    return response


def _forms(on: Way, sent: SigningForm | None) -> dict[str, Any]:
    """Both ways of signing, where there is something to sign; else what was typed for nothing."""
    if on.offered is None:
        return {"typed": sent.typed() if sent else []}
    return {
        "digest": on.offered.issued_digest,
        "accept": sent if isinstance(sent, AcceptForm) else AcceptForm(),
        "upload": sent if isinstance(sent, UploadForm) else UploadForm(),
        "uploading": isinstance(sent, UploadForm),
    }


def _reading(on: Way) -> dict[str, Any] | None:
    """The newest document that is not past, to be read on the page."""
    read = on.offered or next((one for one in on.agreements if one.state == Agreement.State.ACCEPTED), on.in_force)
    file = read.files.filter(kind=Kind.TEXT).first() if read else None
    if read is None or file is None:
        return None
    return {
        "reference": read.reference,
        "tag": tag(read.language),
        "direction": text_direction(read.language),
        "html": readable(bytes(file.content).decode(), 3, _("Table of the document")),
        "open": read.state == Agreement.State.OFFERED,
    }


def _reason(request: DpaRequest) -> str:
    if request.state != State.DECLINED:
        return ""
    note = DpaNote.objects.filter(request=request, answer=True).order_by("-at").first()
    return note.text if note else ""


def _told(opened: Opened, on: Way, agreement: Agreement) -> dict[str, Any]:
    entry = opened.site.entry(agreement.release_id)
    kinds = {file.kind for file in agreement.files.all()}
    region = agreement.region
    return {
        "reference": agreement.reference,
        "state": agreement.state,
        "state_name": agreement.get_state_display(),
        "way_name": agreement.get_way_display() if agreement.way else "",
        "release": agreement.release_id,
        "language": language_name(agreement.language, on.language),
        "region": region_name(entry.content, region, on.language) if entry and region else region,
        "issued": on.told(agreement.issued_at),
        "accepted": agreement.accepted_at and on.told(agreement.accepted_at),
        "in_force": agreement.in_force_on and moment(agreement.in_force_on, on.language),
        "ended": agreement.ended_on and moment(agreement.ended_on, on.language),
        "supersedes": agreement.supersedes.reference if agreement.supersedes else "",
        "signatures": [_signature(signed) for signed in sorted(agreement.signatures.all(), key=_at)],
        "digest": agreement.final_digest or agreement.signed_digest or agreement.issued_digest,
        "since": _since(on, agreement),
        "tells": agreement.state in (Agreement.State.ACCEPTED, Agreement.State.IN_FORCE),
        "tell_changes": agreement.tell_changes,
        "papers": {name: f"{opened.home}{agreement.reference}/{name}.pdf" for name in PAPERS if PAPERS[name] in kinds},
    }


def _since(on: Way, agreement: Agreement) -> dict[str, Any] | None:
    """What has changed since the customer signed; None for what is not in force."""
    if agreement.state != Agreement.State.IN_FORCE:
        return None
    found = agreed.since_signed(agreement, on.language)
    lines = found.changes.lines if found.changes else []
    return {
        "signed": found.signed.number,
        "release": found.release.number,
        "lines": lines[:MOST],
        "more": len(lines[MOST:]),
    }


def _at(signed: Signature) -> datetime:
    return signed.at


def _signature(signed: Signature) -> dict[str, Any]:
    label = _("For the customer") if signed.party == Signature.Party.CUSTOMER else _("For the provider")
    return {"label": label, "name": signed.name, "role": signed.role}


@opens(Purpose.PAGE, "GET", "HEAD")
def status(opened: Opened) -> HttpResponse:
    return page(opened)


@opens(Purpose.PAGE, "GET", "HEAD")
def paper(opened: Opened, name: str, reference: str = "") -> HttpResponse:
    """A document as a file: of the agreement named, else the newest that has it. Never shown within our own pages."""
    if name not in PAPERS:
        raise Http404
    files = AgreementFile.objects.filter(agreement__request=opened.dpa, kind=PAPERS[name])
    if reference:
        files = files.filter(agreement__reference=reference)
    file = files.select_related("agreement").order_by("-agreement__issued_at", "-agreement_id").first()
    if file is None:
        raise Http404
    response = HttpResponse(bytes(file.content), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file.agreement.reference}-{name}.pdf"'
    return response


@opens(Purpose.PAGE, "GET", "HEAD", "POST")
def withdraw(opened: Opened) -> HttpResponse:
    if not opened.dpa.may_move_to(State.WITHDRAWN):
        return HttpResponseRedirect(opened.home, status=303)
    if opened.request.method != "POST":
        return opened.page("withdraw", _("Withdraw the request?"))
    try:
        dpa.withdraw(opened.dpa)
    except CannotMove as error:
        opened.look()
        return page(opened, problem=str(error), status=409)
    return HttpResponseRedirect(opened.home, status=303)


@opens(Purpose.PAGE, "GET", "HEAD", "POST")
def changes(opened: Opened) -> HttpResponse:
    """Whether the customer is mailed when what they signed changes."""
    if opened.request.method != "POST":
        return HttpResponseRedirect(opened.home)
    agreement = opened.dpa.agreements.filter(reference=opened.request.POST.get("agreement", "")[:20]).first()
    if agreement is None:
        raise Http404
    try:
        signing.tell_changes(agreement, bool(opened.request.POST.get("tell_changes")))
    except CannotMove as error:
        opened.look()
        return page(opened, problem=str(error), status=409)
    return HttpResponseRedirect(f"{opened.home}?saved#{agreement.reference}", status=303)


_HOME = "<str:language>/dpa/status/<str:token>/"
urlpatterns = [
    path(_HOME, status, name="dpa-status"),
    path(f"{_HOME}withdraw/", withdraw, name="dpa-withdraw"),
    path(f"{_HOME}changes/", changes, name="dpa-changes"),
    path(f"{_HOME}<slug:name>.pdf", paper, name="dpa-paper"),
    path(f"{_HOME}<str:reference>/<slug:name>.pdf", paper, name="dpa-paper-of"),
]
