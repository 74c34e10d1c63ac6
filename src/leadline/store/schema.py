"""The tables of the store. A change is a new step at the end; what is here is never edited.

statement: the log. seq is the position, in the order of commits. standing: 0 live, 1 voided,
2 voiding (live, and can never be voided, Data 2.3.2). stored: microseconds since 1970, growing
with seq.
posting_list, posting_recent: the index behind every filter of GET /statements, in blocks of seqs.
See `postings.py`. Until step 4 it was `posting`, with a row for each term of each statement.
reference: statements whose object is a StatementRef, by their target, whether it is here or not.
activity: merged definitions; revision is the seq of the statement that changed it last.
intake: what came from which source on which (UTC) day.
"""

from leadline.store.postings import repack

STEPS = (
    """
    CREATE TABLE source (
        key {key},
        name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        last_success {big},
        last_failure {big},
        last_error TEXT
    );
    CREATE TABLE intake (
        source {big} NOT NULL REFERENCES source (key),
        day TEXT NOT NULL,
        received {big} NOT NULL,
        accepted {big} NOT NULL,
        duplicate {big} NOT NULL,
        quarantined {big} NOT NULL,
        refused {big} NOT NULL,
        PRIMARY KEY (source, day)
    );
    CREATE TABLE statement (
        seq {big} PRIMARY KEY,
        id {bytes} NOT NULL UNIQUE,
        stored {big} NOT NULL,
        standing INTEGER NOT NULL,
        source {big} NOT NULL,
        payload {bytes} NOT NULL
    );
    CREATE INDEX statement_stored ON statement (stored);
    CREATE TABLE posting (
        block {big} NOT NULL,
        term {big} NOT NULL,
        seq {big} NOT NULL,
        PRIMARY KEY (block, term, seq)
    ) {clustered};
    CREATE TABLE reference (
        seq {big} PRIMARY KEY,
        target {bytes} NOT NULL,
        voids INTEGER NOT NULL
    );
    CREATE INDEX reference_target ON reference (target);
    CREATE TABLE activity (
        id TEXT PRIMARY KEY,
        definition TEXT NOT NULL,
        revision {big} NOT NULL
    );
    CREATE INDEX activity_revision ON activity (revision);
    CREATE TABLE attachment (
        sha2 TEXT PRIMARY KEY,
        content {bytes} NOT NULL
    );
    CREATE TABLE quarantine (
        key {key},
        source {big} NOT NULL REFERENCES source (key),
        digest {bytes} NOT NULL,
        origin TEXT NOT NULL,
        raw {bytes} NOT NULL,
        field TEXT NOT NULL,
        reason TEXT NOT NULL,
        remedy TEXT NOT NULL,
        state TEXT NOT NULL,
        held_at {big} NOT NULL,
        UNIQUE (source, digest)
    );
    CREATE INDEX quarantine_state ON quarantine (state, key);
    CREATE TABLE credential (
        key TEXT PRIMARY KEY,
        digest {bytes} NOT NULL,
        source TEXT NOT NULL,
        scopes TEXT NOT NULL,
        created_at {big} NOT NULL,
        expires_at {big},
        revoked_at {big},
        last_used {big}
    );
    CREATE TABLE audit (
        number {big} PRIMARY KEY,
        entry TEXT NOT NULL,
        digest {bytes} NOT NULL
    )
    """,
    """
    ALTER TABLE credential ADD COLUMN old_digest {bytes};
    ALTER TABLE credential ADD COLUMN old_until {big};
    ALTER TABLE credential ADD COLUMN origins TEXT NOT NULL DEFAULT '';
    ALTER TABLE credential ADD COLUMN requests_a_minute {big};
    ALTER TABLE credential ADD COLUMN statements_a_minute {big}
    """,
    """
    ALTER TABLE credential ADD COLUMN tenant TEXT NOT NULL DEFAULT 'default'
    """,
    """
    CREATE TABLE posting_list (
        block {big} NOT NULL,
        term {big} NOT NULL,
        places {bytes} NOT NULL,
        PRIMARY KEY (block, term)
    ) {clustered};
    CREATE TABLE posting_recent (
        piece {big} PRIMARY KEY,
        terms {bytes} NOT NULL,
        places {bytes} NOT NULL
    )
    """,
    repack,
    "DROP TABLE posting",
)
