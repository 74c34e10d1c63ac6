"""Many processes that write the same ids and activities at once, each in an order of its own."""

import subprocess
import sys
from pathlib import Path

from logbook import identity

from leadline.store import Database, Log, Sources

WRITERS, BATCHES, OWN, SHARED = 4, 12, 4, 3
SHARED_NUMBERS = 40
WAIT_SECONDS = 120

# Each writes, batch by batch, four statements that only it has and three that all have, about
# activities that all of them define in words of their own; and it voids what others may send yet.
WRITER = """
import random, sys
sys.path.insert(0, sys.argv[3])
from logbook import append, reference, sent
from leadline.store import Database, Log
writer, log = int(sys.argv[2]), Log(Database.open(sys.argv[1]))
draw = random.Random(writer)
def about(number):
    name = {"en": f"unit {number % 9}", f"x-{writer}": str(number)}
    return {"objectType": "Activity", "id": f"https://example.org/{number % 9}",
            "definition": {"name": name}}
print("ready", flush=True)
sys.stdin.readline()
for batch in range(12):
    own = [writer * 1000 + batch * 4 + place for place in range(4)]
    shared = draw.sample(range(40), 3)
    values = [sent(number, object=about(number)) for number in own]
    values[3] = sent(own[3], did="voided", object=reference(writer * 1000 + draw.randrange(4)))
    values += [sent(number, object={"id": f"https://example.org/s{number % 9}"}) for number in shared]
    append(log, *values, source=f"lms {draw.randrange(3)}")
print("done", flush=True)
"""


def test_they_neither_stop_each_other_nor_double_nor_part_a_batch(
    database: Database, database_url: str
):
    folder = str(Path(__file__).parent)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, database_url, str(number), folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(1, WRITERS + 1)
    ]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n"] * WRITERS
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        said, error = writer.communicate(timeout=WAIT_SECONDS)
        assert (said, error, writer.returncode) == ("done\n", "", 0)

    log = Log(database)
    logged = log.since(0, 10_000)
    places = {entry.id: entry.seq for entry in logged}
    own = {
        writer: [
            [identity(writer * 1000 + batch * OWN + place) for place in range(OWN)]
            for batch in range(BATCHES)
        ]
        for writer in range(1, WRITERS + 1)
    }
    assert len(places) == len(logged)
    for batches in own.values():
        for batch in batches:
            first = places[batch[0]]
            assert [places[each] for each in batch] == list(range(first, first + OWN))
        begins = [places[batch[0]] for batch in batches]
        assert begins == sorted(begins)
    shared = places.keys() - {each for batches in own.values() for one in batches for each in one}
    assert shared <= {identity(number) for number in range(SHARED_NUMBERS)}
    counts = [source.counts for source in Sources(database).all()]
    assert sum(count.accepted for count in counts) == len(logged)
    assert sum(count.received for count in counts) == WRITERS * BATCHES * (OWN + SHARED)
    names = [each.definition["name"] for each in log.activities(0)]
    assert len(names) == 9 and all(len(name) == 1 + WRITERS for name in names)
