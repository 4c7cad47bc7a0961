"""DPA requests in any state, with their documents, for tests. Nothing here needs the sample’s own template.

Documents are not typeset unless a test asks for it: that takes half a second each. What stands for one is a PDF all the
same, and another one for another text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.contrib.auth.models import User
from django.utils import timezone

from registry.actions import dpa, issuing, linking, signing
from registry.exchange import pdf, template_content
from registry.exchange.digest import sha256
from registry.models import Agreement, DpaRequest, DpaTemplate, DpaTemplateVersion, ServiceProfile
from tests.requests import submit

# Who signs: strings that nothing else in the database holds.
CUSTOMER = {"name": "Őszirózsa Ödön Bálint", "role": "cégvezető-helyettes", "address": "203.0.113.177"}
CUSTOMER |= {"browser": "Netscape 4.77 (Quokka)"}
PROVIDER = {"name": "Wilhelmina Brontosaurus", "role": "Chief Paper Officer"}
BODY = "# Scope\n\n{provider} processes personal data for {customer} in {service} ({region}).\n\n## Law\n\n{signatory}."


def standard(languages: tuple[str, ...] = ("en", "da", "hu"), **changed: Any) -> DpaTemplate:
    """A short template with a version in these languages, the standard one of the profile."""
    template, _created = DpaTemplate.objects.get_or_create(
        key="quick",
        defaults={
            **{f"title_{code}".replace("-", "_"): f"Agreement ({code})" for code in languages},
            **{f"body_{code}".replace("-", "_"): f"{BODY} ({code})" for code in languages},
            "purposes_en": "To run the service.",
            **{f"purposes_{code}".replace("-", "_"): f"To run it ({code})." for code in languages if code != "en"},
            "data_subjects": ["users"],
            "data_categories": ["contact"],
            "governing_law": "DK",
            **changed,
        },
    )
    if not template.versions.exists():
        publish(template, languages)
    ServiceProfile.objects.update(standard_template=template)
    return template


def publish(template: DpaTemplate, languages: tuple[str, ...] = ("en", "da", "hu")) -> DpaTemplateVersion:
    newest, at = template.newest, timezone.now()
    content = template_content.encode(
        template_content.compose(
            template,
            number=newest.number + 1 if newest else 1,
            published_at=at,
            previous_digest=newest.digest if newest else "",
            source="en",
            languages=languages,
        )
    )
    return DpaTemplateVersion.objects.create(
        template=template,
        number=newest.number + 1 if newest else 1,
        content=content,
        digest=template_content.digest(content),
        published_at=at,
    )


def staff(name: str = "countersigner") -> User:
    return User.objects.get_or_create(username=name, defaults={"is_staff": True, "is_superuser": True})[0]


# --- A request in a state ---------------------------------------------------------------------------------------------


def verified(token: str = "a form", **changed: Any) -> DpaRequest:
    request = submit(token, **changed)
    return dpa.verify(str(linking.token(request, linking.Purpose.VERIFY)), "192.0.2.77")


def issued(token: str = "a form", *, typeset: bool = False, **changed: Any) -> Agreement:
    """A document on a new request, to be accepted."""
    standard()
    return issue(verified(token, **changed), typeset=typeset)


def accepted(token: str = "a form", *, typeset: bool = False, **changed: Any) -> Agreement:
    return accept(issued(token, typeset=typeset, **changed))


def uploaded(token: str = "a form", content: bytes = b"", **changed: Any) -> Agreement:
    agreement = issued(token, **changed)
    return signing.upload(agreement.request, agreement.issued_digest, content or document("signed by hand"), **CUSTOMER)


def in_force(token: str = "a form", *, typeset: bool = False, **changed: Any) -> Agreement:
    return countersign(accepted(token, typeset=typeset, **changed), typeset=typeset)


def ended(token: str = "a form", *, on: Any = None, **changed: Any) -> Agreement:
    agreement = in_force(token, **changed)
    return signing.end(agreement, on or agreement.in_force_on, staff())


# --- One more move ----------------------------------------------------------------------------------------------------


def issue(request: DpaRequest, *, typeset: bool = False) -> Agreement:
    seen = DpaRequest.objects.get(pk=request.pk)
    with _printing(typeset):
        return issuing.issue(seen, issuing.draft(seen).number, staff())


def accept(agreement: Agreement, **changed: Any) -> Agreement:
    return signing.accept(agreement.request, agreement.issued_digest, **{**CUSTOMER, **changed})


def countersign(agreement: Agreement, *, typeset: bool = False) -> Agreement:
    request = DpaRequest.objects.get(pk=agreement.request_id)
    with _printing(typeset):
        return signing.countersign(request, agreement, staff(), **PROVIDER)


@contextmanager
def _printing(typeset: bool) -> Iterator[None]:
    if typeset:
        yield
        return
    with quick():
        yield


@contextmanager
def quick() -> Iterator[None]:
    """Documents are not typeset within."""
    with (
        mock.patch.object(pdf, "pdf", document),
        mock.patch.object(pdf, "pictures", return_value=[b"\x89PNG\r\n\x1a\n"]),
    ):
        yield


def document(text: str, paper: Any = None) -> bytes:
    """A PDF of one empty page, another one for another text or paper."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Of(%s)>>" % sha256(f"{text}{paper}".encode()).encode(),
    ]
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + end
