import os
from wsgiref.types import WSGIApplication

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustcenter.settings")
django = get_wsgi_application()

# The models can be imported from here on.
from django.conf import settings  # noqa: E402

from registry.public.door import Door  # noqa: E402
from registry.public.site import keeper  # noqa: E402

application: WSGIApplication
if settings.DEBUG:
    # Each page is made anew, so that a template can be worked on.
    application = django
else:
    keeper.start()
    application = Door(django, keeper)
