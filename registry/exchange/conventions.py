"""robots.txt, sitemap.xml and security.txt from the site state."""

from datetime import UTC, datetime, time, timedelta
from xml.sax.saxutils import escape, quoteattr

from .localized import tag
from .published import Site

# RFC 9116, 2.5.5: less than a year ahead. Told anew each day; half a year outlives a site that nobody serves any more.
EXPIRES = timedelta(days=180)


def robots(site: Site) -> str:
    return f"User-agent: *\nDisallow: /admin/\n\nSitemap: {site.public_url}/sitemap.xml\n"


def security(site: Site) -> str | None:
    """RFC 9116. None before the first release, which names the contact."""
    shown = site.shown
    if shown is None:
        return None
    service = shown.content["service"]
    expires = datetime.combine(site.day + EXPIRES, time(), UTC)
    lines = [
        f"Contact: mailto:{service['security_contact'] or service['contact']}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(map(tag, site.languages))}" if site.languages else "",
        f"Canonical: {site.public_url}/.well-known/security.txt",
    ]
    return "\n".join([*filter(None, lines), ""])


def sitemap(site: Site) -> str:
    """Every page that search engines may show, each with its other languages (sitemaps.org, hreflang).

    Archived releases are left out: they ask not to be indexed.
    """
    rows = []
    for rest, changed in _indexed(site):
        alternates = [(tag(code), f"{site.public_url}/{code}/{rest}") for code in sorted(site.languages)]
        if not rest:
            alternates.append(("x-default", f"{site.public_url}/"))
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang={quoteattr(code)} href={quoteattr(address)}/>'
            for code, address in alternates
        )
        lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
        rows += [
            f"<url><loc>{escape(f'{site.public_url}/{code}/{rest}')}</loc>{lastmod}{links}</url>"
            for code in sorted(site.languages)
        ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        + "".join(f"{row}\n" for row in rows)
        + "</urlset>\n"
    )


def _indexed(site: Site) -> list[tuple[str, str]]:
    """Each page's address after the language, and the day on which it changed last."""
    found = []
    if site.current:
        day = site.current.in_force_on.isoformat()
        found += [("", day)]
        found += [(f"regions/{region['key']}/", day) for region in site.current.content["regions"]]
    if site.last:
        found += [("releases/", site.last.content["published_at"]), ("dpa/", "")]
    return found
