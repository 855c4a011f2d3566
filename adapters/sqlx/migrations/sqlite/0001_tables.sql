-- mfakit-sqlx, SQLite, version 1. Run by `SqliteStore::migrate`, or copied into the host's own
-- migrations. Another prefix than `mfakit_` is one replacement in this file.
-- Instants are whole microseconds since 1970 in UTC: every instant the library knows, exactly.
-- Identifiers are compared byte for byte, which is what SQLite does by itself.

-- Which migrations ran. The newest one is what a release compares itself with.
CREATE TABLE mfakit_schema (
    version    INTEGER PRIMARY KEY,                  -- the number of a migration
    applied_at INTEGER NOT NULL DEFAULT (unixepoch()) -- when it ran, in seconds
);

-- One row an account.
CREATE TABLE mfakit_accounts (
    subject      TEXT NOT NULL PRIMARY KEY,  -- the host's identifier of the user
    version      INTEGER NOT NULL,           -- what compare-and-swap compares
    stamp        INTEGER NOT NULL,           -- of the credentials, random; 0 is none yet
    strength     INTEGER NOT NULL,           -- the rank of its strongest factor; 0 without MFA
    sealed_under TEXT NOT NULL,              -- key ids of its sealed secrets, a space around each; '' is none
    document     TEXT NOT NULL               -- the account in its versioned form, as JSON
) STRICT;

-- Walked in order of subjects when secrets are sealed anew.
CREATE INDEX mfakit_accounts_sealed ON mfakit_accounts (subject, sealed_under)
    WHERE sealed_under <> '';

-- What happened, written in the transaction of the change. There is one writer at a time, so a
-- higher id is never visible before a lower one.
CREATE TABLE mfakit_events (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, also after pruning
    commit_id TEXT NOT NULL,                      -- with place: the key to drop repeats by
    place     INTEGER NOT NULL,                   -- the event's number within its commit
    subject   TEXT NOT NULL,                      -- whose account it happened to
    at        INTEGER NOT NULL,                   -- when
    event     TEXT NOT NULL                       -- the event as JSON
) STRICT;

-- The latest events of one user, read from the end: an index goes on with the id by itself.
CREATE INDEX mfakit_events_of ON mfakit_events (subject);

-- How far each named reader of the events has come. Pruning stops at the slowest.
CREATE TABLE mfakit_relays (
    name TEXT NOT NULL PRIMARY KEY,  -- the reader
    id   INTEGER NOT NULL            -- up to and including this event
) STRICT;

-- What each organization asks of its members.
CREATE TABLE mfakit_organizations (
    org     TEXT NOT NULL PRIMARY KEY,  -- the host's identifier of the organization
    version INTEGER NOT NULL,           -- what compare-and-swap compares
    policy  TEXT NOT NULL,              -- the policy as JSON
    recent  BLOB NOT NULL               -- the last commits, 16 bytes each
) STRICT;

-- Who belongs where. A row stays when its member leaves.
CREATE TABLE mfakit_memberships (
    org               TEXT NOT NULL,     -- the organization
    subject           TEXT NOT NULL,     -- the member
    version           INTEGER NOT NULL,  -- what compare-and-swap compares
    first_joined      INTEGER NOT NULL,  -- when the member joined for the first time
    left_at           INTEGER,           -- when the member left; NULL for a member
    exemption_reason  TEXT,              -- why the member is exempt; NULL without exemption
    exemption_from    INTEGER,           -- the lowest rank of a strength that it covers
    exemption_until   INTEGER,           -- when that ends; NULL is never
    extension_reason  TEXT,              -- why the member has longer; NULL without extension
    extension_until   INTEGER,           -- how long
    extension_granted INTEGER,           -- when that was granted
    extension_since   INTEGER,           -- the start of the requirement that it was granted for
    personal          INTEGER NOT NULL,  -- whether there is an exemption or an extension, 0 or 1
    recent            BLOB NOT NULL,     -- the last commits, 16 bytes each
    strength          INTEGER NOT NULL,  -- the account's `strength`, kept by the triggers below
    last_signed_in    INTEGER,           -- when the member last signed in, where the host says so
    PRIMARY KEY (org, subject)
) STRICT;

CREATE INDEX mfakit_memberships_of ON mfakit_memberships (subject);

-- The roster. Without personal terms a deadline is one instant for everybody who joined before
-- something became required, and follows the day of joining for everybody else: two indexes hold both
-- orders, under every policy, so that a change of policy rewrites no row. What is asked depends on the
-- strength of the account, so there are two for those without MFA and two for those with an app. Of
-- the strongest nothing is asked that a release knows: their order is by subject.
CREATE INDEX mfakit_memberships_open ON mfakit_memberships (org, subject, first_joined)
    WHERE strength < 20 AND left_at IS NULL AND NOT personal;
CREATE INDEX mfakit_memberships_joined ON mfakit_memberships (org, first_joined, subject)
    WHERE strength < 20 AND left_at IS NULL AND NOT personal;
CREATE INDEX mfakit_memberships_standard ON mfakit_memberships (org, subject, first_joined)
    WHERE strength >= 20 AND strength < 40 AND left_at IS NULL AND NOT personal;
CREATE INDEX mfakit_memberships_standard_joined ON mfakit_memberships (org, first_joined, subject)
    WHERE strength >= 20 AND strength < 40 AND left_at IS NULL AND NOT personal;
CREATE INDEX mfakit_memberships_strong ON mfakit_memberships (org, subject, first_joined)
    WHERE strength >= 40 AND left_at IS NULL AND NOT personal;
CREATE INDEX mfakit_memberships_personal ON mfakit_memberships (org, strength, subject)
    WHERE left_at IS NULL AND personal;
-- The counts: smaller than an index with subjects.
CREATE INDEX mfakit_memberships_counted ON mfakit_memberships (org, strength, personal)
    WHERE left_at IS NULL;

-- How often a user's memberships changed, and the policies of all. Their sum is the revision.
CREATE TABLE mfakit_people (
    subject TEXT NOT NULL PRIMARY KEY,  -- the user
    changes INTEGER NOT NULL            -- how often
) STRICT;
CREATE TABLE mfakit_policies (
    one     INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),  -- there is one row
    changes INTEGER NOT NULL                                -- how often
) STRICT;
INSERT INTO mfakit_policies (changes) VALUES (0);

-- `strength` follows the account's. One writer at a time, so neither side misses the other.
CREATE TRIGGER mfakit_account_made AFTER INSERT ON mfakit_accounts WHEN NEW.strength <> 0 BEGIN
    UPDATE mfakit_memberships SET strength = NEW.strength WHERE subject = NEW.subject;
END;
CREATE TRIGGER mfakit_account_switched AFTER UPDATE OF strength ON mfakit_accounts
WHEN OLD.strength <> NEW.strength BEGIN
    UPDATE mfakit_memberships SET strength = NEW.strength WHERE subject = NEW.subject;
END;
CREATE TRIGGER mfakit_account_erased AFTER DELETE ON mfakit_accounts WHEN OLD.strength <> 0 BEGIN
    UPDATE mfakit_memberships SET strength = 0 WHERE subject = OLD.subject;
END;
CREATE TRIGGER mfakit_membership_made AFTER INSERT ON mfakit_memberships BEGIN
    UPDATE mfakit_memberships
    SET strength = coalesce(
        (SELECT strength FROM mfakit_accounts WHERE subject = NEW.subject), 0
    )
    WHERE org = NEW.org AND subject = NEW.subject;
END;

INSERT INTO mfakit_schema (version) VALUES (1);
