"""Django for the pages' tests: one home folder for the run, one world shared by the pages."""

import os
import tempfile

os.environ.setdefault("LEADLINE_HOME", tempfile.mkdtemp(prefix="leadline-web-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadline.web.settings")

import django  # noqa: E402

django.setup()
