"""Documents for those who may see them: in no cache, and never taken for anything but what they are."""

from django.http import HttpResponse


def document(content: bytes, name: str, kind: str = "application/pdf", *, inline: bool = False) -> HttpResponse:
    """`name` is ASCII, with its ending. Inline for what we have just made ourselves; else it is saved, not opened."""
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
