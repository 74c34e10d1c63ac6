"""The CATAPULT test suite for an LMS, where it is at hand: every test of it passes.

It is public (adlnet/CATAPULT, folder lts) and no part of this repository. CATAPULT_SUITE names that
folder, in which it is installed and its packages are built (`npm install`, then webpack in pkg);
Node and Chromium run it. What it is to know of us is written here, beside its results."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .campus import basic
from .test_journey import LEADLINE, WAIT_SECONDS, free_ports, reached, until

SUITE = os.environ.get("CATAPULT_SUITE", "")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
TESTS = 87
SUITE_SECONDS_MAX = 300
# What the suite asks of an LMS, in the words of its lib/lms.template.js.
ADAPTER = """
const Wreck = require(process.cwd() + "/node_modules/@hapi/wreck");
const {InvalidPackageError} = require(process.cwd() + "/lib/errors");
const {LMS_ADDRESS: address, LMS_SIGNED: signed} = process.env;

async function ask(path, payload, type = "application/json") {
    const headers = {"authorization": signed, "content-type": type};
    const reply = await Wreck.request("POST", address + "/api/cmi5" + path, {payload, headers});
    const told = await Wreck.read(reply, {json: true});
    if (reply.statusCode === 200) return told;
    const said = path + ": " + reply.statusCode + " " + JSON.stringify(told);
    const refused = path === "/courses" && reply.statusCode === 400;
    throw refused ? new InvalidPackageError(said) : new Error(said);
}

module.exports = {
    setup: async () => {},
    teardown: async () => {},
    cleanup: async () => {},
    getLrsEndpoint: () => address + "/xapi",
    getLrsAuthHeader: () => signed,
    importCourse: async (stream, type) => (await ask("/courses", stream, type)).id,
    getLaunchUrl: async (course, au, actor, {registration, launchMode}) =>
        (await ask(`/courses/${course}/launch`, {au, actor, registration, launchMode})).url,
    hasWaive: () => true,
    waiveAU: (registration, au, reason) => ask(`/registrations/${registration}/waive`, {au, reason}),
    hasAbandon: () => true,
    abandonSession: (session) => ask(`/sessions/${session}/abandon`),
};
"""
BROWSER = {
    "headless": True,
    "executablePath": CHROMIUM,
    "args": ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
}


@pytest.fixture
def lms(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A served installation, as the adapter reads of it in its environment."""
    port, content = free_ports()
    env = os.environ | {
        "LEADLINE_HOME": str(tmp_path / "home"),
        "LEADLINE_PORT": str(port),
        "LEADLINE_CONTENT_PORT": str(content),
    }
    env.pop("DJANGO_SETTINGS_MODULE", None)
    give = [LEADLINE, "credential", "add", "suite", "--scope=cmi5", "--scope=all", "--json"]
    made = json.loads(subprocess.run(give, env=env, check=True, capture_output=True).stdout)
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen([LEADLINE, "serve", "--no-worker"], env=env) as served:
        try:
            until(lambda: reached(f"{address}/xapi/about"))
            signed = f"Basic {basic(made['key'], made['secret'])}"
            yield {"LMS_ADDRESS": address, "LMS_SIGNED": signed}
        finally:
            served.terminate()
            served.wait(WAIT_SECONDS)


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.skipif(not SUITE, reason="CATAPULT_SUITE names no folder with the CATAPULT suite")
@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
def test_every_test_of_the_catapult_suite_passes(lms, tmp_path):
    adapter, browser, results = (tmp_path / name for name in ("lms.js", "browser.js", "results"))
    adapter.write_text(ADAPTER)
    browser.write_text(f"module.exports = {json.dumps({'launch': BROWSER})};")
    env = os.environ | lms
    env |= {"CATAPULT_LMS": str(adapter), "JEST_PUPPETEER_CONFIG": str(browser)}
    command = ["node", "node_modules/jest/bin/jest.js", "--runInBand", "--reporters=default"]
    command += ["--json", f"--outputFile={results}"]
    with subprocess.Popen(command, cwd=SUITE, env=env, stdout=subprocess.DEVNULL) as suite:
        try:
            suite.wait(SUITE_SECONDS_MAX)
        finally:
            suite.terminate()
    found = json.loads(results.read_text())
    failed = [
        test["fullName"]
        for each in found["testResults"]
        for test in each["assertionResults"]
        if test["status"] != "passed"  # what is skipped or to do counts as failed too
    ]
    assert not failed
    assert (found["numPassedTests"], found["numTotalTests"]) == (TESTS, TESTS)
