"""Which language a visitor is answered in: that of the address where it is public, else the best of their own."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import get_language_info
from django.utils.translation.trans_real import parse_accept_lang_header

from ..exchange.published import Site

# Languages that their readers' browsers name otherwise: Norwegian as a whole, and Nynorsk.
_READS = {"no": ["nb"], "nn": ["nb"]}


def of(request: HttpRequest, site: Site) -> str:
    offered = site.languages or _spoken()
    named = request.path_info.split("/", 2)[1].lower() if request.path_info.startswith("/") else ""
    return named if named in offered else best(request.headers.get("Accept-Language", ""), offered, binding(site))


def of_link(named: str, site: Site) -> str:
    """The language of a page that a mail links: the link outlives the language that its mail was written in.

    Raise Http404 for what is no language at all.
    """
    try:
        get_language_info(named)
    except KeyError as error:
        raise Http404 from error
    return named if named in site.languages else binding(site)


def best(accepted: str, offered: tuple[str, ...], otherwise: str) -> str:
    """By weight; of a tag the language itself, then the language without its region, then with another one."""
    for wanted, weight in parse_accept_lang_header(accepted):
        if wanted == "*" or weight == 0:
            break
        main = wanted.split("-")[0]
        near = [code for code in offered if code.split("-")[0] == main]
        for code in [wanted, main, *_READS.get(main, ()), *near]:
            if code in offered:
                return code
    return otherwise if otherwise in offered else offered[0]


def binding(site: Site) -> str:
    return site.last.content["source_language"] if site.last else settings.LANGUAGE_CODE


def _spoken() -> tuple[str, ...]:
    """Before any language is public: those that the program itself speaks."""
    catalogues = {folder.name for path in settings.LOCALE_PATHS for folder in Path(path).glob("*") if folder.is_dir()}
    known = [code for code, _name in settings.LANGUAGES if _locale(code) in catalogues]
    return tuple(dict.fromkeys([settings.LANGUAGE_CODE, *known]))


def _locale(code: str) -> str:
    main, _dash, region = code.partition("-")
    return f"{main}_{region.upper()}" if region else main
