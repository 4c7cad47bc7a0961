"""What the commands that freeze an entry of the chain share: their arguments, and what they tell."""

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import Model

from registry.actions import mending
from registry.actions.checking import Problem, by_language
from registry.actions.entering import CannotPublish
from registry.exchange.localized import language_name
from registry.models import Release
from registry.pinning import source_language


def day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ArgumentTypeError(f"{written!r} is no day. Write it as 2026-01-31.") from None


def add_texts(parser: Any, name: str, example: str, what: str) -> None:
    """An option that takes a text, such as --summary, once a language."""
    parser.add_argument(
        f"--{name}", action="append", type=_text(name, example), default=[], metavar="LANGUAGE=TEXT", help=what
    )


def _text(name: str, example: str) -> Callable[[str], tuple[str, str]]:
    def read(written: str) -> tuple[str, str]:
        language, equals, text = written.partition("=")
        if not equals or not text.strip():
            raise ArgumentTypeError(f"{written!r} is no {name}. Write LANGUAGE=TEXT, such as en='{example}'")
        return language.strip(), text

    return read


def texts(options: dict[str, Any], name: str, several: str) -> dict[str, str]:
    """What was given with such an option, by language. Raise CommandError where one language has two texts."""
    found = dict(options[name])
    if len(found) < len(options[name]):
        raise CommandError(f"One language has two {several}. Give one a language.")
    return found


def frozen(release: Release) -> str:
    """A release in a few lines: its number, its days, its digest."""
    lines = [f"Release {release.number}, in force on {release.in_force_existing_on}: {release.digest}"]
    if release.in_force_new_on != release.in_force_existing_on:
        lines += [f"  for new customers on {release.in_force_new_on}"]
    if release.objection_deadline:
        lines += [f"  objections until {release.objection_deadline}"]
    if release.ends_id:
        lines += [f"  in place of release {release.ends_id}"]
    return "\n".join(lines)


def refused(error: CannotPublish) -> str:
    """Every problem; those of translations under their language, each with the page where it is mended."""
    general, by = by_language(error.problems)
    source = source_language()
    lines = [line for problem in general for line in _lines(problem, source, "")]
    for code, problems in by.items():
        lines += [f"{language_name(code, 'en')}: {len(problems)}"]
        lines += [line for problem in problems for line in _lines(problem, source, "  ")]
    return "\n".join(lines)


def _lines(problem: Problem, source: str, margin: str) -> Iterator[str]:
    yield margin + problem.message
    if isinstance(problem.noun, Model):
        where = mending.passage(problem.noun, problem.field, problem.language, source)
        yield f"{margin}  {settings.PUBLIC_URL}{where}"
