//! PostgreSQL's own client, doing what an answer does.

use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use sqlx::PgPool;
use tempfile::NamedTempFile;

use crate::database::Schema;
use crate::world::{APART, BASE};

/// The select and the commit of an answer, on the users' own rows in the order that our clients take
/// them. What is read is written back, version included: a new row version in the same page all the
/// same, and an account that still reads.
const SCRIPT: &str = "\
\\set subject {base} + {apart} * (:from + {clients} * :turn + :client_id + 1)
\\set turn :turn + 1
SELECT version, document FROM {schema}.mfakit_accounts WHERE subject = :subject \\gset
WITH put AS (UPDATE {schema}.mfakit_accounts SET version = :version, stamp = :version, \
strength = 20, sealed_under = ' bench ', document = :document \
WHERE subject = :subject AND version = :version RETURNING 1), \
log AS (INSERT INTO {schema}.mfakit_events (commit_id, place, subject, at, event) \
SELECT :commit, e.place, e.subject, e.at, e.event FROM put, \
unnest('{0}'::int2[], array[:subject]::text[], '{1800000000000000}'::int8[], :events::text[]) \
AS e(place, subject, at, event) ORDER BY e.place) SELECT count(*) FROM put;
";

pub(crate) struct Pgbench {
    program: PathBuf,
    script: NamedTempFile,
    url: String,
    clients: usize,
    events: String,
}

impl Pgbench {
    /// Ready to answer for users who have answered before: an event of theirs is what it appends.
    pub(crate) async fn new(
        schema: &Schema,
        pool: &PgPool,
        clients: usize,
    ) -> Result<Self, String> {
        let newest =
            "SELECT array[event]::text FROM mfakit_events ORDER BY tx DESC, id DESC LIMIT 1";
        let events: String = sqlx::query_scalar(newest).fetch_one(pool).await.expect("an event");
        let mut script = NamedTempFile::new().expect("a file");
        let text = SCRIPT
            .replace("{schema}", &schema.name)
            .replace("{base}", &BASE.to_string())
            .replace("{apart}", &APART.to_string())
            .replace("{clients}", &clients.to_string());
        script.write_all(text.as_bytes()).expect("written");
        let (program, url) = (scratch_postgres::program("pgbench")?, schema.url.clone());
        Ok(Self { program, script, url, clients, events })
    }

    /// The answers of these users: the time that one transaction takes, from the first to the last of all clients, by their
    /// number.
    pub(crate) fn run(&self, users: Range<usize>) -> Duration {
        let clients = self.clients.to_string();
        let output = Command::new(&self.program)
            .args(["-n", "-M", "prepared", "-c", &clients, "-j", &clients])
            .args(["-t", &(users.len() / self.clients).to_string(), "-D", "turn=0"])
            .args(["-D", &format!("from={}", users.start)])
            .args(["-D", "commit=0123456789abcdef0123456789abcdef"])
            .args(["-D", &format!("events={}", self.events)])
            .arg("-f")
            .arg(self.script.path())
            .arg(&self.url)
            .output()
            .expect("pgbench");
        let (said, wrong) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "pgbench: {said}{wrong}");
        // The last such line leaves the time to connect out.
        let per_second = said.lines().rev().find_map(|line| line.strip_prefix("tps = "));
        let per_second = per_second.and_then(|rest| rest.split(' ').next()?.parse().ok());
        let per_second: f64 = per_second.unwrap_or_else(|| panic!("pgbench: {said}{wrong}"));
        Duration::from_secs_f64(1.0 / per_second)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
