"""kill -9 at random moments under load: nothing acknowledged is lost, nothing doubled or halved.

KILLS says how many; a release is preceded by 200 on each database."""

import os
import random
import signal
from threading import Event, Timer

from leadline.store import Credentials, Database

from .line import Address, process_on
from .traffic import Traffic

KILLS = int(os.environ.get("KILLS", "3"))
COMPARED_EVERY = 10
LATEST_SECONDS = 0.5


def test_a_server_that_is_killed_under_load_loses_nothing_acknowledged(database_url):
    database = Database.open(database_url)
    credential, secret = Credentials(database).create("lms", ["all"])
    traffic = Traffic(None)
    chance = random.Random(KILLS)
    for kill in range(1, KILLS + 1):
        with process_on(database_url) as (process, port):
            traffic.address = Address(port, credential.key, secret)
            traffic.resend()
            strike = Timer(chance.uniform(0, LATEST_SECONDS), process.send_signal, [signal.SIGKILL])
            strike.start()
            traffic.run(Event(), patient=False)
            strike.join()
        if kill % COMPARED_EVERY == 0 or kill == KILLS:
            settled(database)
            traffic.compare(database)
    assert len(traffic.acknowledged) > KILLS
    print(f"{KILLS} kills, {len(traffic.acknowledged):,} requests acknowledged")
    database.close()


def settled(database):
    """Wait until a database server has noticed that its client is gone."""
    for _ in range(200):
        if database.idle("log"):
            return
        Event().wait(0.05)
    raise AssertionError("a transaction of the killed server is still open")
