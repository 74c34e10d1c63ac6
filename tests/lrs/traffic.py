"""Clients that send without pause, and what they were told; compared with what is stored."""

import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count, pairwise
from threading import Event, Lock
from uuid import UUID

from leadline.statements import Wanted, identifier_of
from leadline.store import Log, Sources

from .line import LOST, Line
from .world import agent, number, reference, statement

CLIENTS = 8
SHARED = 10_000_000  # numbers from here on are sent by several clients, in batches that overlap
SHARED_NUMBERS = 400
TAKEN_BACK = 0.1
LARGEST_BATCH = 60


def said(n, voided=None):
    """Statement n, the same whoever sends it."""
    who, what = agent(f"learner{n % 11}"), f"unit{n % 7}"
    if voided is not None:
        return statement(n, who, "voided", reference(voided))
    return statement(n, who, "completed", what, context={"registration": number(n - n % 100)})


class Traffic:
    """sent: every batch by the number that it begins with; acknowledged: those among them whose
    sender was told that they are stored; statuses: how often each was answered."""

    def __init__(self, address, seed=0):
        self.address = address
        self.sent, self.acknowledged, self.voids = {}, set(), {}
        self.statuses = Counter()
        self._numbers, self._lock = count(1), Lock()
        self._seed = seed

    def run(self, stop: Event, *, patient: bool):
        """Send until told to stop. patient: a refusal or a broken line is tried again, by the same
        client, with the same batch; else a client ends when its line breaks."""
        self._seed += 1
        with ThreadPoolExecutor(CLIENTS) as clients:
            for done in [clients.submit(self._client, n, stop, patient) for n in range(CLIENTS)]:
                done.result()

    def resend(self):
        """What a sender does who does not know: send all again that was not acknowledged."""
        line = Line(*self.address)
        for first in sorted(self.sent.keys() - self.acknowledged):
            assert self._post(line, first) == 200
        line.close()

    def _client(self, client, stop, patient):
        chance = random.Random(f"{self._seed} {client}")
        line = Line(*self.address)
        while not stop.is_set():
            first = self._made(chance)
            while True:
                try:
                    status = self._post(line, first)
                except LOST:
                    line.close()
                    if not patient:
                        return
                    status = None
                if status == 200 or not patient or (status is None and stop.is_set()):
                    break
                assert status in (503, None), status
                if stop.wait(0.01):
                    break

    def _made(self, chance):
        """A new batch: of one or more statements, one that voids another, or of shared ones."""
        draw, size = chance.random(), chance.choice([1, 1, 1, chance.randrange(2, LARGEST_BATCH)])
        with self._lock:
            first = next(self._numbers) * 100
            if draw < TAKEN_BACK and self.acknowledged:
                target = chance.choice(sorted(self.acknowledged))
                self.voids[first] = target
                batch = [said(first, target)]
            elif draw < 2 * TAKEN_BACK:
                numbers = chance.sample(range(SHARED, SHARED + SHARED_NUMBERS), 5)
                batch = [said(first), *map(said, numbers)]
            else:
                batch = [said(first + place) for place in range(size)]
            self.sent[first] = batch
        return first

    def _post(self, line, first):
        batch = self.sent[first]
        reply, body = line.ask("POST", "/xapi/statements", json.dumps(batch))
        self.statuses[reply.status] += 1
        if reply.status == 200:
            assert json.loads(body) == [each["id"] for each in batch]
            self.acknowledged.add(first)
        return reply.status

    def compare(self, database):
        """Nothing acknowledged is lost, nothing doubled or changed, no batch parted or turned."""
        log = Log(database)
        logged = list(everything(log))
        places = {entry.id: entry.seq for entry in logged}
        contents = {entry.id: json.loads(entry.payload) for entry in logged}
        assert [entry.seq for entry in logged] == list(range(1, len(logged) + 1))
        assert len(places) == len(logged), "a statement is stored twice"
        assert all(a.stored <= b.stored for a, b in pairwise(logged))
        for first, batch in self.sent.items():
            there = [each["id"] in places for each in batch]
            assert all(there) or first not in self.acknowledged, f"{first} is lost"
            own = [places.get(each["id"]) for each in batch if number_of(each) < SHARED]
            whole = None not in own and own == list(range(own[0], own[0] + len(own)))
            assert whole or set(own) == {None}, f"of the batch {first} a part is stored, or turned"
            for each in filter(lambda each: each["id"] in places, batch):
                assert contents[each["id"]].items() >= each.items()
        assert sum(source.counts.accepted for source in Sources(database).all()) == len(logged)
        self._compare_index(log, contents)

    def _compare_index(self, log, contents):
        """The index holds as much as the log does: every statement is found, or voided."""
        voided = {
            number(target)
            for first, target in self.voids.items()
            if number(first) in contents and target not in self.voids
        }
        found = set()
        for learner in range(11):
            wanted = Wanted(agent=agent_of(learner))
            while True:
                page = log.find(wanted)
                found |= {json.loads(payload)["id"] for payload in page.payloads}
                if page.more is None:
                    break
                wanted = Wanted(agent=agent_of(learner), cursor=page.more)
        assert found == contents.keys() - voided


def agent_of(learner):
    return identifier_of(agent(f"learner{learner}"))


def everything(log):
    seq = 0
    while some := log.since(seq, 5_000):
        yield from some
        seq = some[-1].seq


def number_of(sent):
    return UUID(sent["id"]).int & (1 << 60) - 1
