"""What whoever publishes the draft decides: its kind, its days, its summary and, where it cannot wait, the reason."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..actions.checking import Problem
from ..actions.dating import Asked, Days, Rules
from ..models import Release
from .entry_form import EntryForm

DAYS = ("in_force_on", "in_force_new_on", "objection_deadline")
# The fields of an urgent replacement's days; it comes into force for new customers when it does for existing ones.
URGENT = {"in_force_on": "urgent_in_force_on", "objection_deadline": "urgent_objection_deadline"}


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        localize=False,
        required=False,
        **options,
    )


class PublishForm(EntryForm):
    """Each kind has days of its own, since they follow different rules. `told` names the days that the page told of."""

    TEXTS = ("summary", "reason")

    kind = forms.ChoiceField(
        choices=[(Release.Kind.CHANGE, _("Change with notice")), (Release.Kind.URGENT, _("Urgent replacement"))],
        widget=forms.RadioSelect,
        initial=Release.Kind.CHANGE,
    )
    in_force_on = _day(_("In force for existing customers on"))
    in_force_new_on = _day(_("In force for new customers on"))
    objection_deadline = _day(_("Objections until"), help_text=_("Empty: the day before."))
    urgent_in_force_on = _day(_("In force on"))
    urgent_objection_deadline = _day(_("Objections until"), help_text=_("Empty: for a notice period."))
    told = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, change: Rules, urgent: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = {Release.Kind.CHANGE.value: change, Release.Kind.URGENT.value: urgent}
        noticed, at_once = change.settle(Asked()), urgent.settle(Asked())
        self._prefill(DAYS[0], noticed.existing, change.earliest)
        self._prefill(DAYS[1], noticed.new, change.today)
        self._prefill(URGENT["in_force_on"], at_once.existing, urgent.today)
        # The last day to object moves with the day in force, as long as nobody names one.
        self._prefill(DAYS[2], None, change.today)
        self._prefill(URGENT["objection_deadline"], None, urgent.today)
        if not change.needs_notice:
            self.fields[DAYS[2]].help_text = _("Empty: nobody is asked to object.")

    def _prefill(self, name: str, day: date | None, first: date) -> None:
        self.fields[name].initial = day
        self.fields[name].widget.attrs["min"] = first.isoformat()

    @property
    def chosen(self) -> str:
        """The kind that is chosen, or was before anything was."""
        kind = self.data.get("kind") if self.is_bound else None
        return str(kind) if kind in self.rules else Release.Kind.CHANGE.value

    @property
    def both(self) -> bool:
        """Whether there is a choice: what needs no notice need not be urgent."""
        return self.rules[Release.Kind.CHANGE.value].needs_notice or self.chosen == Release.Kind.URGENT

    @property
    def chosen_rules(self) -> Rules:
        return self.rules[self.chosen]

    @property
    def datable(self) -> bool:
        """Whether the days that are chosen are days."""
        names = URGENT.values() if self.chosen == Release.Kind.URGENT else DAYS
        return not self.is_bound or not any(name in self.errors for name in (*names, "kind"))

    def reason(self) -> dict[str, str]:
        """Only what is urgent has one; what was typed before the other kind was chosen is no part of the release."""
        return self.said("reason") if self.chosen == Release.Kind.URGENT else {}

    def asked(self) -> Asked:
        if self.chosen == Release.Kind.URGENT:
            return Asked(self._given(URGENT["in_force_on"]), None, self._given(URGENT["objection_deadline"]))
        return Asked(*(self._given(name) for name in DAYS))

    def _given(self, name: str) -> date | None:
        return self.cleaned_data.get(name) if self.is_bound else self.fields[name].initial

    def days(self) -> Days:
        return self.chosen_rules.settle(self.asked())

    def plan(self) -> str:
        """Names what publishing would do, for the page that told of it and for the click."""
        days = self.days()
        return " ".join(str(part) for part in (self.chosen, days.new, days.existing, days.objections))

    def field_of(self, problem: Problem) -> str:
        name = super().field_of(problem)
        return URGENT.get(name, name) if self.chosen == Release.Kind.URGENT else name
