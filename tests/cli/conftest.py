"""Django for the tests of commands: one home folder for the run."""

import os
import tempfile

os.environ.setdefault("LEADLINE_HOME", tempfile.mkdtemp(prefix="leadline-cli-"))

from leadline.accounts.start import start

start()
