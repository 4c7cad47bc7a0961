"""The environment under which the tests read the settings; loaded by pytest before Django (see pyproject.toml)."""

import os
import tempfile

os.environ.setdefault("PUBLIC_URL", "http://127.0.0.1:8000")
os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="trustcenter-tests-"))
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
# WhiteNoise warns where its folder is missing, and warnings are errors here.
os.makedirs(os.path.join(os.environ["DATA_DIR"], "static"), exist_ok=True)
