from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import PolicySection, Question
from .keys import NounForm
from .naming import name_of
from .noun import NounAdmin


class SectionForm(NounForm):
    key_words = ("heading",)
    identity = "heading"


class QuestionForm(NounForm):
    key_words = ("question",)
    identity = "question"


@admin.register(PolicySection)
class PolicySectionAdmin(NounAdmin):
    form = SectionForm
    list_display = ("title", "lists", "position")
    list_filter = ("lists",)
    fieldsets = (
        (_("Text"), {"fields": ("heading", "body"), "classes": ("languages", "placeholders")}),
        (_("On the page"), {"fields": ("lists", ("listed", "position", "key"))}),
    )

    @admin.display(description=_("heading"), ordering="position")
    def title(self, noun: Any) -> str:
        return name_of(noun)


@admin.register(Question)
class QuestionAdmin(NounAdmin):
    form = QuestionForm
    list_display = ("title", "position")
    fieldsets = (
        (_("Question and answer"), {"fields": ("question", "answer"), "classes": ("languages", "placeholders")}),
        (_("On the page"), {"fields": (("listed", "position", "key"),)}),
    )

    @admin.display(description=_("question"), ordering="position")
    def title(self, noun: Any) -> str:
        return name_of(noun)
