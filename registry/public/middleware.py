import logging
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import translation
from django.utils.translation import get_language_from_request

from . import errors, site
from .known import OUT_OF_REACH
from .uploads import LONGEST_BODY

log = logging.getLogger(__name__)

Next = Callable[[HttpRequest], HttpResponse]
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# Django would read even a query by the charset that a request claims, "rot13" included.
UTF_8 = ("", "utf-8", "utf8")
# Bytes of a whole request to the admin: the files that staff import.
STAFF_UPLOAD = 10 * 1024 * 1024
# Where customers send documents that they signed. Its view reads the body, once it knows the link to be good.
CUSTOMER_UPLOAD = re.compile(r"/[^/]+/dpa/status/[^/]+/upload/")


class SecurityHeaders:
    """The headers that Django has no setting for."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class Language:
    """Activate the language of the address; without one (the admin), the best of the visitor's own."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.codes = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        first = request.path_info.split("/", 2)[1] if request.path_info.startswith("/") else ""
        code = first if first in self.codes else get_language_from_request(request)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            return self.get_response(request)


class BadInput:
    """Refuse what no browser sends, with a sentence, before a view or a database meets it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        query = unquote_to_bytes(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))
        # Django keeps a path that is not UTF-8 percent-encoded: nothing stands there, and 404 says so.
        if "\0" in request.path_info or not _text(query):
            return errors.refused(request, errors.not_text)
        if (request.content_params or {}).get("charset", "").lower() not in UTF_8:
            return errors.refused(request, errors.not_text, 415)
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        staff = request.path_info.startswith("/admin/")
        upload = request.content_type == FORMS[1] and CUSTOMER_UPLOAD.fullmatch(request.path_info)
        if length > (LONGEST_BODY if upload else STAFF_UPLOAD if staff else settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
            return errors.too_large(request)
        if upload:
            return None
        if request.method != "POST" or not length:
            return None
        if request.content_type not in FORMS:
            return None if staff or _from_a_program(request) else errors.refused(request, errors.not_a_form, 415)
        try:
            return None if form_is_text(request) else errors.refused(request, errors.not_text)
        except UnreadablePostError:
            return errors.refused(request, errors.unreadable)


def _from_a_program(request: HttpRequest) -> bool:
    """A mail provider's webhook speaks JSON; it has a secret (public/mail_events.py)."""
    return request.path_info.startswith("/anymail/")


def form_is_text(request: HttpRequest) -> bool:
    """Whether the fields are. Django reads broken UTF-8 with replacement characters, and PostgreSQL refuses NUL with an
    exception."""
    if request.content_type == FORMS[0]:
        return _text(unquote_to_bytes(request.body))
    # The parts are bytes of any kind; what became of the text fields tells.
    parts = [(name, value) for name, values in request.POST.lists() for value in values]
    return not any("\0" in part or "\ufffd" in part for pair in parts for part in pair)


def _text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


class WithoutDatabase:
    """A database that does not answer is no fault of the page: 503 and when to try again."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Known from the site's own thread: a request that asked as well could hang, and hold its thread.
        if request.path_info.startswith("/admin/") and site.database_down():
            return errors.unavailable(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OUT_OF_REACH):
            return None
        log.warning("%s: the database does not answer (%s).", request.method, type(exception).__name__)
        return errors.unavailable(request)
