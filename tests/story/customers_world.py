"""A year and a half of customers: who trained their people, and what was counted of them.

Accounts a0, a1 … in two segments; two contacts each. Every other account's people complete a course
in one of the middle quarters; tickets are counted in each of eight quarters."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from leadline.sources.customers_csv import bring_in, read_customers
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from story.world import World

QUARTERS = [date(2024 + n // 4, 3 * (n % 4) + 1, 1) for n in range(8)]  # 2024 and 2025
ACCOUNTS = 120
USUAL = 20.0


def file(folder: Path, name: str, header: str, lines: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def customers(world: World, folder: Path, accounts: int, ended: dict[int, str] | None = None):
    """Accounts with a contract from 2023 on and two contacts each, through the importer."""
    lines = [
        f"a{n},Customer {n},{('small', 'large')[n % 2]},2023-01-01,{(ended or {}).get(n, '')},"
        f"c{n}-{each}@customer.example,Contact {n}-{each}"
        for n in range(accounts)
        for each in range(2)
    ]
    header = "account,name,segment,started_on,ended_on,contact_email,contact_name"
    found = read_customers(file(folder, "crm.csv", header, lines))
    changes = bring_in(found, world.app.directory, world.app.customers)
    assert not changes.errors, changes.errors
    world._fresh = False


def completes(world: World, account: int, course: str, on: date) -> None:
    for each in range(2):
        mailbox = {"mbox": f"mailto:c{account}-{each}@customer.example"}
        world.says("", "completed", course, at=f"{on} 09:00", actor=mailbox)


def outcomes(world: World, folder: Path, lines: list[str], source: str = "desk") -> None:
    path = file(
        folder, f"{source}.csv", "outcome,date,value,exposure,measure,better,account", lines
    )
    *_, taken = Intake(world.app.log).take(OutcomeFile(path), source)
    assert taken.accepted == len(lines), taken
    world._fresh = False


def tickets(world: World, folder: Path, left: float, course: str = "course/setup", seed: int = 1):
    """Half of the accounts train in quarters 3 to 5; from the next day on they open `left` of the
    usual tickets. Training has nothing to do with how many tickets an account usually opens."""
    chance = np.random.default_rng(seed)
    customers(world, folder, ACCOUNTS)
    lines = []
    for account in range(ACCOUNTS):
        usual = USUAL * (1 + account % 2) * chance.gamma(20, 1 / 20)
        taken = 3 + account % 3 if account // 2 % 2 else None
        if taken is not None:
            completes(world, account, course, QUARTERS[taken] + timedelta(days=45))
        for number, begin in enumerate(QUARTERS):
            passed = 0.0 if taken is None or number < taken else 1.0 if number > taken else 0.5
            mean = usual * (1 - passed * (1 - left))
            last = (begin + timedelta(days=92)).replace(day=1) - timedelta(days=1)
            many = chance.poisson(mean)
            lines.append(f"Support tickets,{last},{many},1,tickets a quarter,down,a{account}")
    outcomes(world, folder, lines)
