import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustcenter.settings")
django = get_wsgi_application()

# The models can be imported from here on.
from registry.public.door import Door  # noqa: E402
from registry.public.site import keeper  # noqa: E402

keeper.start()
application = Door(django, keeper)
