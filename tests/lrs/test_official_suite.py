"""The official ADL conformance suite, where it is at hand: every test of both versions passes.

It is public (adlnet/lrs-conformance-test-suite, branch adding-back-compat) and no part of this
repository. ADL_SUITE names a folder in which it is installed (`npm install`); Node runs it."""

import json
import os
import re
import shutil
import subprocess
import time

import pytest

from leadline.store import Credentials, Database

from .line import Line, process_on

SUITE = os.environ.get("ADL_SUITE", "")
VERSION_SECONDS_MAX = 90  # the suite waits as often as we answer slowly
STALLED_SECONDS = 180
SUMMARY = re.compile(r'\{"total":[^{}]*\}')


@pytest.mark.mission("S032")
@pytest.mark.skipif(not SUITE, reason="ADL_SUITE names no folder with the official suite")
@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
@pytest.mark.parametrize(("version", "tests"), [("1.0.3", 1365), ("2.0.0", 1435)])
def test_every_test_of_the_official_suite_passes(version, tests, database_url, tmp_path):
    database = Database.open(database_url)
    credential, secret = "", "-"
    while secret.startswith("-"):  # the suite's command line would take it for an option
        credential, secret = Credentials(database).create("suite", ["all"])
    database.close()
    log = tmp_path / "suite.log"
    with process_on(database_url) as (_, port), log.open("wb") as output:
        command = ["node", "bin/console_runner.js", "-e", f"http://127.0.0.1:{port}/xapi"]
        command += ["-a", "-u", credential.key, "-p", secret, "-x", version]
        # It takes how late its first statement is for how far apart the clocks are.
        assert Line(port, credential.key, secret).post(1) == 200
        began = time.monotonic()
        suite = subprocess.Popen(command, cwd=SUITE, stdout=output, stderr=output)
        try:
            wait_for(suite, log)
        finally:
            suite.kill()
            suite.wait()
        took = time.monotonic() - began
    # Its exit status is the number of failures modulo 256, and a hook that fails drops tests.
    summary = json.loads(SUMMARY.findall(log.read_text(errors="replace"))[-1])
    assert (summary["passed"], summary["total"]) == (tests, tests), summary
    assert took < VERSION_SECONDS_MAX
    print(f"{version}: {summary['passed']} of {summary['total']} in {took:.0f} s")


def wait_for(suite, log):
    """Some of its tests wait for ever; what says nothing for long is stopped."""
    size, changed = 0, time.monotonic()
    while suite.poll() is None:
        time.sleep(0.2)
        summaries = len(set(SUMMARY.findall(log.read_text(errors="replace"))))
        if summaries != size:
            size, changed = summaries, time.monotonic()
        assert time.monotonic() - changed < STALLED_SECONDS, "the suite makes no progress"
