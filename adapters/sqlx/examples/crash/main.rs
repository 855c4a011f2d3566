//! Kills processes at random instants while they serve, and looks at what is left.
//!
//! ```sh
//! cargo run --release -p mfakit-sqlx --all-features --example crash -- sqlite --rounds 100
//! cargo run --release -p mfakit-sqlx --all-features --example crash -- postgres --rounds 100 --server
//! ```
//!
//! Each round starts several processes on one database. They sign in, set up, recover, regenerate,
//! remove, disable and change a policy, on the same accounts, as fast as they can; each writes down
//! what it is about to do, and what was answered as done. After a random time they are all killed
//! with SIGKILL, with `--server` the database server as well. Then the rules are checked:
//!
//! - every account loads, and its state is the one that its events add up to;
//! - every operation that was answered as done is done, and none was done that nobody asked for;
//! - no code and no recovery code was accepted twice;
//! - every event is there once; a policy is the one that its last event made;
//! - the overview counts as protected exactly the members whose accounts have MFA on.
//!
//! It prints what it did and found, and ends with 1 when a rule was broken.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person")]

mod check;
mod database;
mod journal;
mod rounds;
mod wallet;
mod worker;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the command line asks for.
#[derive(Debug, Clone)]
struct Plan {
    store: String,
    rounds: u32,
    workers: u32,
    /// The longest that processes live, in milliseconds.
    longest: u64,
    server: bool,
    seed: u64,
    /// Set for the processes that are killed: their number, and where they write.
    worker: Option<(u32, PathBuf)>,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let ended = match Plan::read() {
        Ok(plan) => match plan.worker.clone() {
            Some((number, directory)) => worker::run(&plan, number, &directory).await,
            None => rounds::run(&plan).await,
        },
        Err(why) => Err(why),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

impl Plan {
    fn read() -> Result<Self, Failure> {
        let mut plan = Self {
            store: "sqlite".into(),
            rounds: 20,
            workers: 3,
            longest: 1_500,
            server: false,
            seed: u64::from(std::process::id()),
            worker: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
            match argument.as_str() {
                "--rounds" => plan.rounds = value()?.parse()?,
                "--workers" => plan.workers = value()?.parse()?,
                "--longest" => plan.longest = value()?.parse()?,
                "--seed" => plan.seed = value()?.parse()?,
                "--server" => plan.server = true,
                "--worker" => plan.worker = Some((value()?.parse()?, value()?.into())),
                store if !store.starts_with('-') => plan.store = store.to_owned(),
                unknown => return Err(format!("unknown argument {unknown}").into()),
            }
        }
        Ok(plan)
    }
}
