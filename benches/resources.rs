//! What a flood costs: memory and waiting while a thousand recovery-code guesses arrive at once,
//! and the size of an account after a million hostile requests. `cargo bench --bench resources`.
//!
//! It prints and asserts nothing: what is the same every time is asserted in `tests/it/hostile.rs`
//! and in the tests of the hashing pool.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a bench prints its result and stops at the first surprise"
)]

#[path = "../tests/it/hostile/requests.rs"]
mod requests;
#[path = "../tests/it/world.rs"]
#[allow(dead_code, reason = "the fixture of all tests")]
mod world;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use mfakit::store::{AccountStore, Format, StoredAccount};
use mfakit::{Answer, Argon2Hasher, Error, FirstFactor, SignIn, Verdict};
use requests::Attacker;
use world::{User, World, block_on};

const GUESSES: usize = 1_000;
const REQUESTS: u64 = 1_000_000;
/// Sign-ins that are timed before the flood, and at most as many in it.
const SIGN_INS: usize = 100;

fn main() {
    // `cargo bench` passes `--bench`; `cargo test --benches` must not measure anything.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    a_thousand_guesses_at_once();
    a_million_hostile_requests();
}

/// On one account, and on a hundred. Meanwhile others sign in with codes.
fn a_thousand_guesses_at_once() {
    for accounts in [1, 100] {
        let world = Arc::new(World::built(|builder| builder.hasher(Argon2Hasher::new())));
        let protect = |what: &str, count: usize| -> Vec<User> {
            (0..count).map(|n| block_on(world.protect(&format!("{what} {n}")))).collect()
        };
        let (victims, others) = (protect("victim", accounts), protect("other", 2 * SIGN_INS));
        let (first, second) = others.split_at(SIGN_INS);
        // The codes that confirmed the setups are burned.
        world.next_code();
        let quiet = sign_ins(&world, first, &AtomicBool::new(false));
        let before = memory();
        let flood = Flood::new(&world, &victims);
        let begun = Instant::now();
        let running = flood.begin();
        let loud = sign_ins(&world, second, &flood.over);
        running.into_iter().for_each(|guess| guess.join().expect("a guess"));
        let (judged, refused) = flood.counts();
        println!("{GUESSES} recovery-code guesses at once, on {accounts} account(s):");
        println!(
            "  judged {judged}, refused as busy {refused}, over after {:.1?}",
            begun.elapsed()
        );
        println!("  peak memory {} KiB, {} KiB before", memory().1, before.0);
        println!("  sign-ins with a code meanwhile: {}", summary(loud));
        println!("  and with nothing else going on: {}", summary(quiet));
    }
}

/// A thousand threads that wait for each other, so that the guesses come at once.
struct Flood {
    world: Arc<World>,
    challenges: Vec<mfakit::Challenge>,
    judged: Arc<AtomicU32>,
    refused: Arc<AtomicU32>,
    over: Arc<AtomicBool>,
}

impl Flood {
    fn new(world: &Arc<World>, victims: &[User]) -> Self {
        let challenge = |n: usize| {
            let subject = &victims[n % victims.len()].subject;
            block_on(world.challenge(subject))
        };
        Self {
            world: Arc::clone(world),
            challenges: (0..GUESSES).map(challenge).collect(),
            judged: Arc::default(),
            refused: Arc::default(),
            over: Arc::default(),
        }
    }

    fn begin(&self) -> Vec<thread::JoinHandle<()>> {
        let together = Arc::new(Barrier::new(GUESSES));
        let left = Arc::new(AtomicU32::new(GUESSES as u32));
        let guess = |challenge: mfakit::Challenge| {
            let (world, together) = (Arc::clone(&self.world), Arc::clone(&together));
            let (judged, refused) = (Arc::clone(&self.judged), Arc::clone(&self.refused));
            let (over, left) = (Arc::clone(&self.over), Arc::clone(&left));
            let guess = move || {
                together.wait();
                let answer = Answer::recovery("3000-0000-0000-0000");
                match block_on(world.mfa.answer(&challenge, answer)) {
                    Ok(Verdict::Rejected(_)) => judged.fetch_add(1, Ordering::SeqCst),
                    Err(Error::Busy) => refused.fetch_add(1, Ordering::SeqCst),
                    other => panic!("{other:?}"),
                };
                if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                    over.store(true, Ordering::SeqCst);
                }
            };
            let thread = thread::Builder::new().stack_size(128 * 1024);
            thread.spawn(guess).expect("a thread")
        };
        self.challenges.iter().cloned().map(guess).collect()
    }

    fn counts(&self) -> (u32, u32) {
        (self.judged.load(Ordering::SeqCst), self.refused.load(Ordering::SeqCst))
    }
}

/// Signs everybody in once, with password and code, until it is over. Nobody's clock moves: the
/// guesses' challenges stay open.
fn sign_ins(world: &World, users: &[User], over: &AtomicBool) -> Vec<Duration> {
    let mut took = Vec::new();
    for user in users {
        let code = user.phone.code_at(world.now());
        let begin = Instant::now();
        let first = FirstFactor::password(user.subject.clone(), world.now());
        let Ok(SignIn::Challenge(challenge)) = block_on(world.mfa.sign_in(first)) else {
            panic!("no challenge");
        };
        let verdict = block_on(world.mfa.answer(&challenge, Answer::code(&code)));
        took.push(begin.elapsed());
        assert!(matches!(verdict, Ok(Verdict::Passed(_))));
        if over.load(Ordering::SeqCst) {
            break;
        }
        // As people do: not one after the other without a pause.
        thread::sleep(Duration::from_millis(5));
    }
    took
}

fn summary(mut took: Vec<Duration>) -> String {
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    let (half, most, all) = (at(50), at(99), at(100));
    format!(
        "{} of them, median {half:.1?}, 99th percentile {most:.1?}, slowest {all:.1?}",
        took.len()
    )
}

/// Resident memory now and at its highest, in KiB; zeros where the system does not say.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
    };
    (field("VmRSS:"), field("VmHWM:"))
}

fn a_million_hostile_requests() {
    let world = World::new();
    let mut attacker = Attacker::of_a_full_account(&world);
    println!("an account with ten factors, under hostile requests:");
    let (mut sent, mut next) = (0, 0);
    loop {
        if sent == next {
            let account = block_on(world.memory.load(attacker.subject())).unwrap().expect("a row");
            let document = StoredAccount::new(&account, Format::default());
            let length = serde_json::to_string(&document).expect("JSON").len();
            println!("  after {sent:>9} requests {length} bytes as JSON");
            next = (sent * 10).max(100);
        }
        if sent == REQUESTS {
            break;
        }
        attacker.request(&world);
        sent += 1;
    }
}
