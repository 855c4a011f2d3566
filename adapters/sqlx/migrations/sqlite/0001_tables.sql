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
    enabled      INTEGER NOT NULL,           -- whether MFA is on, 0 or 1
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
    exemption_reason  TEXT,              -- why the member needs no MFA; NULL without exemption
    exemption_until   INTEGER,           -- when that ends; NULL is never
    extension_reason  TEXT,              -- why the member has longer; NULL without extension
    extension_until   INTEGER,           -- how long
    extension_granted INTEGER,           -- when that was granted
    extension_since   INTEGER,           -- since when MFA had been required then
    personal          INTEGER NOT NULL,  -- whether there is an exemption or an extension, 0 or 1
    recent            BLOB NOT NULL,     -- the last commits, 16 bytes each
    has_mfa           INTEGER NOT NULL,  -- the account's `enabled`, kept by the triggers below
    last_signed_in    INTEGER,           -- when the member last signed in, where the host says so
    PRIMARY KEY (org, subject)
) STRICT;

CREATE INDEX mfakit_memberships_of ON mfakit_memberships (subject);

-- The roster. Without personal terms a deadline is one instant for everybody who joined before MFA
-- became required, and follows the day of joining for everybody else: two indexes hold both orders,
-- under every policy, so that a change of policy rewrites no row.
CREATE INDEX mfakit_memberships_open ON mfakit_memberships (org, subject, first_joined)
    WHERE NOT has_mfa AND left_at IS NULL AND NOT personal;
CREATE INDEX mfakit_memberships_joined ON mfakit_memberships (org, first_joined, subject)
    WHERE NOT has_mfa AND left_at IS NULL AND NOT personal;
CREATE INDEX mfakit_memberships_personal ON mfakit_memberships (org, subject)
    WHERE NOT has_mfa AND left_at IS NULL AND personal;
CREATE INDEX mfakit_memberships_protected ON mfakit_memberships (org, subject)
    WHERE has_mfa AND left_at IS NULL;
-- The counts: smaller than an index with subjects.
CREATE INDEX mfakit_memberships_counted ON mfakit_memberships (org, has_mfa, personal)
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

-- `has_mfa` follows `enabled`. One writer at a time, so neither side misses the other.
CREATE TRIGGER mfakit_account_made AFTER INSERT ON mfakit_accounts WHEN NEW.enabled BEGIN
    UPDATE mfakit_memberships SET has_mfa = 1 WHERE subject = NEW.subject;
END;
CREATE TRIGGER mfakit_account_switched AFTER UPDATE OF enabled ON mfakit_accounts
WHEN OLD.enabled <> NEW.enabled BEGIN
    UPDATE mfakit_memberships SET has_mfa = NEW.enabled WHERE subject = NEW.subject;
END;
CREATE TRIGGER mfakit_account_erased AFTER DELETE ON mfakit_accounts WHEN OLD.enabled BEGIN
    UPDATE mfakit_memberships SET has_mfa = 0 WHERE subject = OLD.subject;
END;
CREATE TRIGGER mfakit_membership_made AFTER INSERT ON mfakit_memberships BEGIN
    UPDATE mfakit_memberships
    SET has_mfa = EXISTS (SELECT 1 FROM mfakit_accounts WHERE subject = NEW.subject AND enabled)
    WHERE org = NEW.org AND subject = NEW.subject;
END;

INSERT INTO mfakit_schema (version) VALUES (1);
