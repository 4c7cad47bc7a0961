"""The policy page as most sites make it: from the database and its template, for every request, inside Django."""

import os

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustcenter.settings")


def policy(request: HttpRequest) -> HttpResponse:
    from registry.exchange import page, published
    from registry.public.known import from_database

    # Nothing of an earlier request: the texts are read and decoded again.
    published._decoded.cache_clear()
    known = from_database()
    site = known.on(known.today())
    return HttpResponse(page.policy(site, site.current, "en"))


urlpatterns = [path("en/", policy)]
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - once the settings are there

settings.ROOT_URLCONF = __name__
