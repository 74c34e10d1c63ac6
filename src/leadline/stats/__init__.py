"""Pure statistics: functions of small tables that return values with an interval.

Nothing here knows of learning, people's names, databases or the clock. Each docstring gives the
formula, what it assumes, when it is wrong, and the source; tests hold it to published digits."""
