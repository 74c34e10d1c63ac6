"""The demo organisation: Harbour Group, 2,000 people in a tree of units, with dated positions."""

import csv
import hashlib
import io
import random
from dataclasses import dataclass
from datetime import date, timedelta

PEOPLE = 2000
VIDEO_HOME = "https://video.harbour.example"
SECTIONS = {
    "Operations": ("Terminal 1", "Terminal 2", "Rail", "Cold store"),
    "Engineering": ("Cranes", "Marine works", "Electrical"),
    "Commercial": ("Sales", "Customer care", "Pricing"),
    "Care services": ("Clinic", "Ambulance", "Occupational health"),
    "Corporate": ("Finance", "People", "IT", "Legal"),
}
ROLES = {
    "Operations": ("dock worker", "forklift operator", "shift planner", "yard supervisor"),
    "Engineering": ("crane technician", "marine engineer", "electrician"),
    "Commercial": ("account executive", "customer adviser", "pricing analyst"),
    "Care services": ("nurse", "paramedic", "health adviser"),
    "Corporate": ("accountant", "people partner", "developer", "lawyer"),
}
PLACES = (
    ("Rotterdam", "Europe/Amsterdam"),
    ("Gdańsk", "Europe/Warsaw"),
    ("Lisbon", "Europe/Lisbon"),
)
FIRST = (
    "Ada Aino Aisha Alba Amara Anouk Arjun Asta Bence Bianca Bjarne Carmen Chidi Clara Dagny "
    "Daria Diego Ebba Elif Emeka Enzo Esra Fatima Felix Filip Freya Gita Goran Greta Hamza Hana "
    "Henrik Ida Igor Ines Ivo Jana Jonas Juno Kaito Katya Kofi Lea Leila Levi Linh Luca Magda "
    "Malik Marek Mei Mila Nadia Nils Noor Olga Omar Oskar Paula Pedro Petra Quinn Rania Rasmus "
    "Renata Rosa Ruben Sanna Selin Simon Sofia Stefan Tariq Tessa Thandi Tomas Uma Vera Viktor "
    "Wanda Xenia Yara Yuki Zara Zoltan Maria-Antonietta"
).split()
LAST = (
    "Abebe Adler Ahmed Almeida Andersen Aydin Bakker Banerjee Berg Bianchi Blom Borg Castro "
    "Chen Costa Dahl Dekker Demir Diallo Dubois Eriksen Evans Farkas Ferreira Fischer Garcia "
    "Gomes Hansen Haugen Horvat Ito Ivanova Jansen Kaya Keller Kim Klein Kowalska Kumar Larsen "
    "Lehmann Lindqvist Lopes Mäkinen Mbeki Meyer Moreau Murphy Nagy Nilsson Novak Okafor Olsen "
    "Oyelaran Patel Pereira Petrov Popescu Reyes Ricci Rossi Sato Schmidt Silva Singh Smit "
    "Sørensen Suzuki Tanaka Toth Vargas Virtanen Visser Vogel Weber Wójcik Yilmaz Zhang "
    "Zielińska Featherstonehaugh-Wójcik"
).split()
HEADER = (
    "person_id name email mbox_sha1sum openid account_home account_name unit role manager "
    "location hire_date valid_from left_on zone"
).split()
TOP = "Harbour Group"
UNKNOWN_TO_HR = 30  # people whom the training systems know and the HR file does not


@dataclass(frozen=True)
class Person:
    """One member of the demo organisation; `number` is the employee number."""

    number: str
    name: str
    email: str
    unit: str
    role: str
    manager: str | None
    location: str
    zone: str
    hired: date
    moved: tuple[date, str] | None = None  # (date, earlier unit) where the unit changed
    known_to_hr: bool = True

    def mailbox(self) -> dict[str, str]:
        """How the LMS names this person."""
        return {"objectType": "Agent", "mbox": f"mailto:{self.email}"}

    def mailbox_digest(self) -> dict[str, str]:
        """How the assessment system names this person."""
        digest = hashlib.sha1(f"mailto:{self.email}".encode(), usedforsecurity=False).hexdigest()
        return {"objectType": "Agent", "mbox_sha1sum": digest}

    def account(self) -> dict[str, object]:
        """How the video platform names this person."""
        account = {"homePage": VIDEO_HOME, "name": f"v{self.number}"}
        return {"objectType": "Agent", "account": account}


def organisation(rng: random.Random, until: date) -> list[Person]:
    """People in the order of rank: the head, heads of divisions, section managers, everybody."""
    people: list[Person] = []
    taken: set[str] = set()

    def hire(unit: str, role: str, manager: Person | None) -> Person:
        name = _name(rng, taken)
        place, zone = PLACES[min(2, int(rng.expovariate(1.1)))]
        recent = manager is not None and rng.random() < 0.12
        days = rng.randint(20, 360) if recent else rng.randint(400, 4200)
        number = f"{10001 + len(people)}"
        person = Person(
            number=number,
            name=name,
            email=f"{_mail(name)}.{number}@harbour.example",
            unit=unit,
            role=role,
            manager=manager.number if manager else None,
            location=place,
            zone=zone,
            hired=until - timedelta(days=days),
            moved=_move(rng, unit, until, days) if manager else None,
            known_to_hr=manager is None or len(people) < PEOPLE - UNKNOWN_TO_HR,
        )
        people.append(person)
        return person

    head = hire(TOP, "chief executive", None)
    bosses = []
    for division, sections in SECTIONS.items():
        lead = hire(f"{TOP}/{division}", "division head", head)
        for section in sections:
            unit = f"{TOP}/{division}/{section}"
            bosses.append((division, unit, hire(unit, "section manager", lead)))
    while len(people) < PEOPLE:
        division, unit, boss = bosses[min(len(bosses) - 1, int(rng.triangular(0, len(bosses), 2)))]
        hire(unit, rng.choice(ROLES[division]), boss)
    return people


def _name(rng: random.Random, taken: set[str]) -> str:
    while True:
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        if name not in taken:
            taken.add(name)
            return name


def _mail(name: str) -> str:
    plain = name.lower().replace(" ", ".").encode("ascii", "ignore").decode()
    return plain.strip(".")


def _move(rng: random.Random, unit: str, until: date, days: int) -> tuple[date, str] | None:
    if rng.random() > 0.06 or days < 120:
        return None
    division = rng.choice([d for d in SECTIONS if d not in unit])
    earlier = f"{TOP}/{division}/{rng.choice(SECTIONS[division])}"
    return until - timedelta(days=rng.randint(60, min(days - 30, 330))), earlier


def people_csv(people: list[Person]) -> str:
    """The HR export that `leadline import people` takes: a row for each position held."""
    text = io.StringIO()
    rows = csv.DictWriter(text, HEADER, restval="", lineterminator="\n")
    rows.writeheader()
    for person in people:
        if not person.known_to_hr:
            continue
        common = {
            "person_id": person.number,
            "name": person.name,
            "email": person.email,
            "account_home": VIDEO_HOME,
            "account_name": f"v{person.number}",
            "role": person.role,
            "manager": person.manager or "",
            "location": person.location,
            "hire_date": person.hired.isoformat(),
            "zone": person.zone,
        }
        since = person.hired
        if person.moved:
            since = person.moved[0]
            earlier = {"unit": person.moved[1], "valid_from": person.hired.isoformat()}
            rows.writerow(common | earlier)
        rows.writerow(common | {"unit": person.unit, "valid_from": since.isoformat()})
    return text.getvalue()
