from django.contrib import admin
from django.urls import path

from registry.public import (
    compare,
    dpa,
    dpa_link,
    dpa_new_link,
    dpa_page,
    dpa_signing,
    health,
    mail_events,
    objection,
    objection_link,
    policy_pdf,
    releases,
    subscribe,
    subscribe_link,
)

handler400 = "registry.public.errors.bad_request"
handler403 = "registry.public.errors.forbidden"
handler404 = "registry.public.errors.not_found"
handler500 = "registry.public.errors.server_error"

urlpatterns = [
    path("", releases.front, name="front"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", releases.ready, name="robots"),
    path("sitemap.xml", releases.ready, name="sitemap"),
    path(".well-known/security.txt", releases.ready, name="security"),
    path("releases/<int:number>.json", releases.exact, name="exact"),
    path("admin/", admin.site.urls),
    path("<slug:code>/", releases.policy, name="policy"),
    path("<slug:code>/releases/", releases.releases, name="releases"),
    path("<slug:code>/feed.atom", releases.feed, name="feed"),
    path("<slug:code>/releases/<int:number>/", releases.release, name="release"),
    path("<slug:code>/regions/<slug:key>/", releases.region, name="region"),
    path("<slug:code>/on/<str:written>/", releases.on, name="on"),
    *policy_pdf.urlpatterns,
    *compare.urlpatterns,
    *dpa.urlpatterns,
    *dpa_link.urlpatterns,
    *dpa_new_link.urlpatterns,
    *dpa_page.urlpatterns,
    *dpa_signing.urlpatterns,
    *objection.urlpatterns,
    *objection_link.urlpatterns,
    *subscribe.urlpatterns,
    *subscribe_link.urlpatterns,
    *mail_events.urlpatterns(),
]
