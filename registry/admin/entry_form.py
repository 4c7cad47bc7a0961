"""Forms from which an entry of the chain is frozen: what was looked at, and texts in every public language."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ..actions.checking import Problem
from ..exchange.localized import tag, text_direction
from .naming import language_label


def source_first(codes: Iterable[str], source: str) -> list[str]:
    return sorted(codes, key=lambda code: (code != source, code))


class EntryForm(forms.Form):
    """`expected` and `looked_at` say which draft was looked at, and when; `codes` are the languages of the texts."""

    TEXTS: ClassVar[tuple[str, ...]] = ("summary",)

    expected = forms.CharField(widget=forms.HiddenInput, required=False)
    looked_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, codes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = codes
        for name in self.TEXTS:
            for code in codes:
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=language_label(code),
                    required=False,
                    max_length=4000,
                    widget=forms.Textarea(attrs={"rows": 4, "lang": tag(code), "dir": text_direction(code)}),
                )

    @property
    def summaries(self) -> list[forms.BoundField]:
        return self._boxes("summary")

    @property
    def reasons(self) -> list[forms.BoundField]:
        return self._boxes("reason")

    def _boxes(self, name: str) -> list[forms.BoundField]:
        return [self[f"{name}_{code}"] for code in self.codes]

    def said(self, name: str) -> dict[str, str]:
        """What was typed, by language."""
        texts = {code: self.cleaned_data[f"{name}_{code}"] for code in self.codes}
        return {code: text for code, text in texts.items() if text}

    @property
    def expects(self) -> str:
        """Which draft was looked at; a form that does not say expects one that cannot be."""
        return self.data.get("expected") or "-"

    @property
    def looked(self) -> datetime | None:
        """When the page was looked at, as far as the form says so in a way that can be read."""
        try:
            found = parse_datetime(self.data.get("looked_at", ""))
        except ValueError:
            return None
        return found if found and timezone.is_aware(found) else None

    def shown(self, problems: Iterable[Problem]) -> list[Problem]:
        """Put each problem beside its field; give back those for which this form has none."""
        return [problem for problem in problems if not self._show(problem)]

    def _show(self, problem: Problem) -> bool:
        name = self.field_of(problem)
        if problem.noun is not None or name not in self.fields:
            return False
        self.add_error(name, problem.message)
        return True

    def field_of(self, problem: Problem) -> str:
        return f"{problem.field}_{problem.language}" if problem.field in self.TEXTS else problem.field
