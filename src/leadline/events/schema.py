"""The event: one typed, pseudonymous row per statement. Columns are append-only; never reused."""

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")
SEGMENT = pa.struct([("start_s", pa.float64()), ("end_s", pa.float64())])

EVENT = pa.schema(
    [
        ("seq", pa.int64()),  # position in the log; also the mark of the refresh
        ("statement_id", pa.string()),
        ("source", pa.string()),
        ("stored", INSTANT),  # when we took it in
        ("timestamp", INSTANT),  # when it happened
        ("local_date", pa.date32()),  # day of `timestamp` in the reporting zone
        ("actor", pa.int64()),  # random key of the identifier; names nobody
        ("verb", pa.string()),  # IRI as sent
        ("did", pa.string()),  # short word for it: events/vocabulary.py
        ("object", pa.string()),  # activity id; null for agents, statement references
        (
            "kind",
            pa.string(),
        ),  # course, module, assessment, question, video, page, certificate, outcome, other
        ("course", pa.string()),
        ("module", pa.string()),  # child of the course that holds the object; object itself if so
        ("assessment", pa.string()),
        ("registration", pa.string()),
        ("session_id", pa.string()),  # video session-id or cmi5 sessionid extension
        ("score_scaled", pa.float64()),  # as sent; never inferred
        ("score_raw", pa.float64()),
        ("score_min", pa.float64()),
        ("score_max", pa.float64()),
        ("success", pa.bool_()),
        ("completion", pa.bool_()),
        ("duration_s", pa.float64()),
        ("response", pa.string()),  # closed interactions only; free text stays in the log
        ("due_at", INSTANT),
        ("expires_at", INSTANT),
        (
            "transferred",
            pa.bool_(),
        ),  # a result carried over from an earlier cycle (OULAD is_banked)
        ("time_s", pa.float64()),
        ("time_from_s", pa.float64()),
        ("time_to_s", pa.float64()),
        ("length_s", pa.float64()),
        ("progress", pa.float64()),
        ("completion_threshold", pa.float64()),
        ("speed", pa.float64()),
        ("segments", pa.list_(SEGMENT)),
        ("segments_state", pa.string()),  # absent, read, malformed
        ("segments_open", pa.int64()),  # parts without an end, left out
        ("segments_mended", pa.int64()),  # swapped or clipped
        ("language", pa.string()),
        ("platform", pa.string()),
        ("clicks", pa.int64()),  # events that one statement stands for (daily aggregates); else 1
        ("voids", pa.string()),  # statement id that this one voids
        ("voids_actor", pa.int64()),  # whose history changes by it, where the target is known
        ("of_unit", pa.string()),  # path of the unit that an outcome is about, where not a person
        ("measure", pa.string()),  # unit of measure of an outcome's score_raw, as sent
        ("better", pa.string()),  # up, down: where an outcome is better, as sent
        ("of_account", pa.string()),  # id of the customer's account that an outcome is about
        ("exposure", pa.float64()),  # what an outcome that counts is a count in, as sent; above 0
        ("offers", pa.string()),  # course that a trial offers to those drawn
        ("chance", pa.float64()),  # of being drawn in a trial, as declared
        ("stratum", pa.string()),  # within which lots were drawn
        ("cluster", pa.string()),  # that was drawn together
    ]
)
