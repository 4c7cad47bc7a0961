"""The document of a DPA request as staff prepare it: a form beside the document as it would be issued."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..actions import issuing
from ..actions.cases import CannotMove, Overtaken
from ..actions.drafting import FIELDS
from ..actions.drawing_up import release_in_force
from ..exchange import localized, template_content
from ..exchange.content import decode
from ..exchange.mail import region_name
from ..exchange.mailbox import mailbox
from ..models import Agreement, DpaDraft, DpaRequest, DpaTemplate
from .cases import numbers
from .choosing import Lines
from .editing import Collision, Refusal
from .looking import SAME_CLICK
from .naming import country_choices, language_label, said, spoken, territory_name

# Hidden fields: which draft somebody looked at, and the digest of the document that it made.
NUMBER, EXPECTED = "draft_number", "draft_expected"


class TemplateField(forms.ModelChoiceField):
    def label_from_instance(self, template: Any) -> str:
        named = {"title": said(template, "title") or template.key, "number": template.newest.number}
        return _("%(title)s, version %(number)s") % named


class AgreementField(forms.ModelChoiceField):
    def label_from_instance(self, agreement: Any) -> str:
        requester = getattr(agreement.request, "requester", None)
        since = _("in force from %(day)s") % {"day": localized.day(agreement.in_force_on, spoken())}
        return " · ".join(filter(None, [agreement.reference, requester.company if requester else "", since]))


class HiddenLines(forms.HiddenInput):
    """What lines began with, in the form in which they are compared with what comes of them (see Lines)."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name, "").replace("\r\n", "\n")


class DraftForm(forms.ModelForm):
    """Each field carries what it began with, so that of two who edit nobody loses what they typed."""

    number = 0

    class Meta:
        model = DpaDraft
        fields = FIELDS
        field_classes = {"template": TemplateField, "supersedes": AgreementField}
        widgets = {"address": Lines(attrs={"rows": 3})}

    def __init__(self, data: Any, found: DpaRequest, draft: DpaDraft) -> None:
        super().__init__(data, instance=draft, label_suffix="")
        self.number, chosen = draft.number, self._versions(draft)
        self._offer("language", [(code, language_label(code)) for code in sorted(chosen, key=language_label)])
        self._offer("country", country_choices()[1:])
        self._offer("governing_law", [("", self._law(draft)), *country_choices()[1:]])
        self._offer("region", [("", _("all hosting regions")), *_regions(draft)])
        self.fields["supersedes"].queryset = related(found, draft)  # type: ignore[attr-defined]
        self.fields["supersedes"].empty_label = _("no agreement")  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.show_hidden_initial = True
        self.fields["address"].hidden_widget = HiddenLines

    def _versions(self, draft: DpaDraft) -> set[str]:
        """The languages of all templates; whether the one that is chosen speaks one of them, `clean` says."""
        field: Any = self.fields["template"]
        field.queryset = DpaTemplate.objects.issuable()
        self.languages = {
            template.pk: template_content.decode(template.newest.content)["languages"] for template in field.queryset
        }
        return {code for codes in self.languages.values() for code in codes} | {draft.language}

    def _offer(self, name: str, choices: Any) -> None:
        old = self.fields[name]
        self.fields[name] = forms.ChoiceField(choices=choices, required=old.required, label=old.label)

    @staticmethod
    def _law(draft: DpaDraft) -> str:
        version = draft.template.newest if draft.template_id else None
        law = template_content.decode(version.content)["governing_law"] if version else ""
        return _("as the template states: %(country)s") % {"country": territory_name(law)} if law else _("not stated")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        template, language = self.cleaned_data.get("template"), self.cleaned_data.get("language")
        if template and language and language not in self.languages.get(template.pk, ()):
            told = localized.listing([language_label(code) for code in self.languages[template.pk]], spoken())
            self.add_error("language", _("This template is in these languages: %(languages)s.") % {"languages": told})
        return cleaned

    def values(self) -> dict[str, Any]:
        """What was typed, by the names of a draft. Raise CannotMove where something is wrong with it."""
        if not self.is_valid():
            raise CannotMove(_("Nothing is saved yet. Correct what is marked in the form."))
        return {name: self.cleaned_data[name] for name in FIELDS}


def _regions(draft: DpaDraft) -> list[tuple[str, str]]:
    """Of the release in force, and the one that is asked for."""
    release = release_in_force()
    if release is None:
        return [(draft.region, draft.region)] if draft.region else []
    content = decode(release.content)
    keys = dict.fromkeys([*(region["key"] for region in content["regions"]), *filter(None, [draft.region])])
    return [(key, region_name(content, key, spoken())) for key in keys]


def related(found: DpaRequest, draft: DpaDraft) -> QuerySet[Agreement]:
    """Agreements in force that a document on this request may come in the place of: of the same request, company,
    account or mail domain."""
    same = Q(request=found) | Q(pk=draft.supersedes_id)
    requester = getattr(found, "requester", None)
    if requester:
        domain = mailbox(requester.email).rpartition("@")[2]
        same |= Q(request__requester__company__iexact=requester.company)
        same |= Q(request__requester__account__iexact=requester.account)
        same |= Q(request__requester__email__iendswith=f"@{domain}")
    return Agreement.objects.in_force().filter(same).select_related("request__requester").order_by("-in_force_on")


@dataclass(frozen=True)
class Review:
    """The form, and the document that its saved draft makes."""

    form: DraftForm
    problems: list[str]
    expected: str
    email: str
    refusals: list[Refusal]


def review(found: DpaRequest, typed: Any) -> Review | None:
    """For a request on which a document may be issued; `typed` is what somebody sent in vain."""
    if not found.may_move_to(DpaRequest.State.ISSUED) or not hasattr(found, "requester"):
        return None
    draft = issuing.draft(found)
    problems = issuing.problems(found, draft)
    expected = "" if problems else issuing.preview(found, draft).digest
    form, refusals = _form(found, draft, typed)
    return Review(form, problems, expected, found.requester.email, refusals)


def _form(found: DpaRequest, draft: DpaDraft, typed: Any) -> tuple[DraftForm, list[Refusal]]:
    if NUMBER not in typed:
        return DraftForm(None, found, draft), []
    if typed.get(NUMBER) == str(draft.number):
        return DraftForm(typed, found, draft), []
    # Somebody else has saved meanwhile: what nobody touched here becomes theirs, the rest stays as it was typed.
    theirs, merged = DraftForm(None, found, draft), typed.copy()
    collisions = list(_collisions(theirs, merged))
    form = DraftForm(merged, found, draft)
    return form, [Refusal(capfirst(str(DpaDraft._meta.verbose_name)), [], collisions)]


def _collisions(theirs: DraftForm, merged: Any) -> Iterator[Collision]:
    """Where two drafts differ; `merged` is made what the form shall hold."""
    for name, field in theirs.fields.items():
        initial, mine = theirs.add_initial_prefix(name), merged.get(name, "")
        saved = field.prepare_value(theirs.get_initial_for_field(field, name))
        saved = "" if saved is None else str(saved)
        untouched = _same(merged.get(initial, ""), mine)
        if untouched:
            merged[name] = saved
        merged[initial] = saved
        if not _same(saved, mine):
            yield Collision(str(theirs[name].label), _shown(field, saved), _shown(field, mine), untouched)


def _same(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def _shown(field: Any, value: str) -> str:
    if not hasattr(field, "choices"):
        return value
    return next((str(label) for code, label in field.choices if str(code) == value), value)


def _just_issued(found: DpaRequest, by: Any) -> Agreement | None:
    """What the same person has issued a moment ago: the second click of two is no mistake of theirs."""
    fresh = found.agreements.offered().filter(issued_at__gt=timezone.now() - SAME_CLICK).first()
    if fresh is None:
        return None
    issued: Any = fresh.history.earliest()  # type: ignore[attr-defined]
    return fresh if issued.history_user_id == by.pk else None


def act(found: DpaRequest, posted: Any, by: Any) -> Any:
    """With a button of the review: keep the draft, or issue the document of a draft that nobody has changed. Return the
    agreement, or None where the draft was saved. Raise CannotMove.

    What somebody has typed and not looked at is saved, not issued.
    """
    form, refusals = _form(found, issuing.draft(found), posted)
    number = next(iter(numbers(posted.get(NUMBER, ""))), 0)
    if refusals:
        raise CannotMove(_("Somebody else has edited the document meanwhile. Compare the two, then save or issue."))
    values = form.values()
    if posted.get("do") == "issue" and not form.has_changed():
        try:
            return issuing.issue(found, number, by, expected=posted.get(EXPECTED, ""))
        except Overtaken:
            if agreement := _just_issued(found, by):
                return agreement
            raise
    try:
        issuing.save_draft(found, number, by, **values)
    except ValidationError as error:
        raise CannotMove(" ".join(error.messages)) from error
    return None
