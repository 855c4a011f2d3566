-- mfakit-sqlx, PostgreSQL, version 1. Run by `PostgresStore::migrate`, or copied into the host's
-- own migrations. Another prefix than `mfakit_` is one replacement in this file.
-- Instants are whole microseconds since 1970 in UTC: every instant the library knows, exactly.
-- Identifiers are compared byte for byte, hence COLLATE "C".

-- Which migrations ran. The newest one is what a release compares itself with.
CREATE TABLE mfakit_schema (
    version    integer PRIMARY KEY,                 -- the number of a migration
    applied_at timestamptz NOT NULL DEFAULT now()   -- when it ran
);

-- One row an account. Room is left in each page, so that an update stays in it.
CREATE TABLE mfakit_accounts (
    subject      text COLLATE "C" PRIMARY KEY,  -- the host's identifier of the user
    version      bigint NOT NULL,               -- what compare-and-swap compares
    stamp        bigint NOT NULL,               -- of the credentials, random; 0 is none yet
    strength     smallint NOT NULL,             -- the rank of its strongest factor; 0 without MFA
    sealed_under text COLLATE "C" NOT NULL,     -- key ids of its sealed secrets, a space around each; '' is none
    document     text NOT NULL                  -- the account in its versioned form, as JSON
) WITH (fillfactor = 70);

-- Walked in order of subjects when secrets are sealed anew.
CREATE INDEX mfakit_accounts_sealed ON mfakit_accounts (subject, sealed_under)
    WHERE sealed_under <> '';

-- What happened, written in the statement of the change. Read in the order of (tx, id).
CREATE TABLE mfakit_events (
    tx        xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- the transaction that wrote it
    id        bigint GENERATED ALWAYS AS IDENTITY,         -- its place within that transaction
    commit_id text COLLATE "C" NOT NULL,                   -- with place: the key to drop repeats by
    place     smallint NOT NULL,                           -- the event's number within its commit
    subject   text COLLATE "C" NOT NULL,                   -- whose account it happened to
    at        bigint NOT NULL,                             -- when
    event     text NOT NULL,                               -- the event as JSON
    PRIMARY KEY (tx, id)
);

-- The latest events of one user, read from the end.
CREATE INDEX mfakit_events_of ON mfakit_events (subject, tx, id);

-- How far each named reader of the events has come. Pruning stops at the slowest.
CREATE TABLE mfakit_relays (
    name text COLLATE "C" PRIMARY KEY,  -- the reader
    tx   xid8 NOT NULL,                 -- up to and including this transaction …
    id   bigint NOT NULL                -- … and this place
);

-- What each organization asks of its members.
CREATE TABLE mfakit_organizations (
    org     text COLLATE "C" PRIMARY KEY,  -- the host's identifier of the organization
    version bigint NOT NULL,               -- what compare-and-swap compares
    policy  text NOT NULL,                 -- the policy as JSON
    recent  bytea NOT NULL                 -- the last commits, 16 bytes each
);

-- Who belongs where. A row stays when its member leaves.
CREATE TABLE mfakit_memberships (
    org               text COLLATE "C" NOT NULL,  -- the organization
    subject           text COLLATE "C" NOT NULL,  -- the member
    version           bigint NOT NULL,            -- what compare-and-swap compares
    first_joined      bigint NOT NULL,            -- when the member joined for the first time
    left_at           bigint,                     -- when the member left; NULL for a member
    exemption_reason  text,                       -- why the member is exempt; NULL without exemption
    exemption_from    smallint,                   -- the lowest rank of a strength that it covers
    exemption_until   bigint,                     -- when that ends; NULL is never
    extension_reason  text,                       -- why the member has longer; NULL without extension
    extension_until   bigint,                     -- how long
    extension_granted bigint,                     -- when that was granted
    extension_since   bigint,                     -- the start of the requirement that it was granted for
    personal          boolean NOT NULL,           -- whether there is an exemption or an extension
    recent            bytea NOT NULL,             -- the last commits, 16 bytes each
    strength          smallint NOT NULL,          -- the account's `strength`, kept by the triggers below
    last_signed_in    bigint,                     -- when the member last signed in, where the host says so
    PRIMARY KEY (org, subject)
) WITH (fillfactor = 90);

-- By hash, so that no plan ever takes this index for the order of a roster.
CREATE INDEX mfakit_memberships_of ON mfakit_memberships USING hash (subject);

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
-- The counts. Few different entries, each kept once: a sixth of the size of an index with subjects,
-- so that counting a whole organization reads it rather than the table.
CREATE INDEX mfakit_memberships_counted ON mfakit_memberships (org, strength, personal)
    WHERE left_at IS NULL;

-- How often a user's memberships changed, and the policies of all. Their sum is the revision.
CREATE TABLE mfakit_people (
    subject text COLLATE "C" PRIMARY KEY,  -- the user
    changes bigint NOT NULL                -- how often
);
CREATE TABLE mfakit_policies (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),  -- there is one row
    changes bigint NOT NULL                                -- how often
);
INSERT INTO mfakit_policies (changes) VALUES (0);

-- `strength` follows the account's. A membership that is made reads the account, and an account that
-- changes writes the memberships: neither would see the other's uncommitted row. So both take the
-- user's advisory lock first, and look only then. Each statement of a function has a snapshot of its
-- own at READ COMMITTED and at no other level, so at another one they refuse.
CREATE FUNCTION mfakit_lock_user(who text) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'MFA is switched and memberships are made at READ COMMITTED only'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('mfakit_' || who, 0));
END $$;

CREATE FUNCTION mfakit_account_changed() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
DECLARE
    who text := CASE TG_OP WHEN 'DELETE' THEN OLD.subject ELSE NEW.subject END;
    rank smallint := CASE TG_OP WHEN 'DELETE' THEN 0 ELSE NEW.strength END;
BEGIN
    PERFORM mfakit_lock_user(who);
    UPDATE mfakit_memberships SET strength = rank WHERE subject = who AND strength <> rank;
    RETURN NULL;
END $$;

CREATE TRIGGER mfakit_made AFTER INSERT ON mfakit_accounts
    FOR EACH ROW WHEN (NEW.strength <> 0) EXECUTE FUNCTION mfakit_account_changed();
CREATE TRIGGER mfakit_switched AFTER UPDATE OF strength ON mfakit_accounts
    FOR EACH ROW WHEN (OLD.strength <> NEW.strength) EXECUTE FUNCTION mfakit_account_changed();
CREATE TRIGGER mfakit_erased AFTER DELETE ON mfakit_accounts
    FOR EACH ROW WHEN (OLD.strength <> 0) EXECUTE FUNCTION mfakit_account_changed();

CREATE FUNCTION mfakit_membership_made() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM mfakit_lock_user(NEW.subject);
    NEW.strength := coalesce(
        (SELECT strength FROM mfakit_accounts WHERE subject = NEW.subject), 0
    );
    RETURN NEW;
END $$;

CREATE TRIGGER mfakit_made BEFORE INSERT ON mfakit_memberships
    FOR EACH ROW EXECUTE FUNCTION mfakit_membership_made();

INSERT INTO mfakit_schema (version) VALUES (1);
