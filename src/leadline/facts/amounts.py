"""Sums of fractions that are the same in whatever order they are added up.

Floating-point addition is not associative and an engine adds in the order in which rows come, so a
person's sums would depend on who else is computed along. Amounts are therefore rounded to the
millionth each and added up as integers."""

import ibis
import ibis.expr.types as ir

MILLIONTHS = 1_000_000
AMOUNT_MOST = 1e9  # seconds: 31 years; beyond it a sender's number is an error, not an overflow


def total(amount: ir.FloatingValue) -> ir.FloatingValue:
    """The sum, exact to the millionth; null where there is no amount."""
    return _millionths(amount).sum().cast("float64") / MILLIONTHS


def average(amount: ir.FloatingValue, along: ibis.expr.builders.WindowBuilder) -> ir.FloatingValue:
    """The mean over a window, of amounts rounded to the millionth; null where there is none."""
    millionths = _millionths(amount)
    added = millionths.sum().over(along).cast("float64") / MILLIONTHS
    return added / millionths.count().over(along).nullif(0)


def _millionths(amount: ir.FloatingValue) -> ir.IntegerValue:
    within = ibis.greatest(ibis.least(amount, AMOUNT_MOST), -AMOUNT_MOST)
    # LEAST and GREATEST skip nulls in DuckDB, so a null would become the limit.
    known = ibis.ifelse(amount.notnull(), within, ibis.null("float64"))
    return (known * MILLIONTHS).round().cast("int64")
