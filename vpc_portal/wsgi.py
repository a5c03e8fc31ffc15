"""The portal as a WSGI application, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from vpc_portal.addresses import with_readable_types

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vpc_portal.settings")
application = with_readable_types(get_wsgi_application())
