//! A second process that races for the same codes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use chrono::{DateTime, Utc};
use mfakit::Challenge;
use mfakit::testing::ManualClock;

use crate::database::Schema;
use crate::world::{self, Open};

/// The argument that makes this program the second process.
pub(crate) const ROLE: &str = "--racer";

/// A race as it is handed over: when it is, and what is answered.
type Race = (i64, Vec<(Challenge, String)>);

/// The second process, as the first one sees it. It ends with its standard input.
pub(crate) struct Racer {
    child: Child,
    orders: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Racer {
    pub(crate) fn start(schema: &Schema) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([ROLE, &schema.url, &schema.name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a second process");
        let orders = child.stdin.take();
        let replies = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, orders, replies }
    }

    /// Lets it answer all of these at once.
    pub(crate) fn begin(&mut self, now: DateTime<Utc>, open: Vec<Open>) {
        let answers = open.into_iter().map(|open| (open.challenge, open.code)).collect();
        let race: Race = (now.timestamp_micros(), answers);
        let line = serde_json::to_string(&race).expect("JSON") + "\n";
        let orders = self.orders.as_mut().expect("it runs");
        orders.write_all(line.as_bytes()).expect("it reads");
    }

    /// How many of them were accepted.
    pub(crate) fn accepted(&mut self) -> usize {
        let mut line = String::new();
        self.replies.read_line(&mut line).expect("it answers");
        line.trim().parse().expect("a number")
    }
}

impl Drop for Racer {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.child.wait();
    }
}

/// What the second process does.
pub(crate) async fn serve(url: &str, schema: &str) {
    let schema = Schema { url: url.to_owned(), name: schema.to_owned() };
    let clock = ManualClock::at(0);
    let mfa = world::mfa(schema.store(4).await, clock.clone());
    for line in std::io::stdin().lock().lines() {
        let (now, answers): Race = serde_json::from_str(&line.expect("a line")).expect("a race");
        clock.set(DateTime::from_timestamp_micros(now).expect("an instant"));
        let open = answers.into_iter().map(|(challenge, code)| Open { challenge, code }).collect();
        println!("{}", world::race(&mfa, open).await);
    }
}
