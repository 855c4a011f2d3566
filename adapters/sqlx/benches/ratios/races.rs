//! Ten thousand races for one code, on each store.
//!
//! Each race is one user's code, answered to several challenges at once: by four tasks, or by two
//! here and two in another process. One is accepted, the others are charged as replays.

use chrono::TimeDelta;

use crate::database::{File, Schema};
use crate::racer::Racer;
use crate::world::{self, World};

const USERS: usize = 1_000;
const RACES: usize = 10_000;

/// How many answer at once.
const RUNNERS: usize = 4;

/// Whoever loses is charged a guess: time enough to grow back those of one race.
const PAUSE: TimeDelta = TimeDelta::days(60);

const ACCEPTED: &str = "SELECT count(*) FROM mfakit_events WHERE event LIKE '%\"code_accepted\"%'";

pub(crate) async fn measure() {
    let file = File::fresh().await;
    let world = World::on(file.store(8).await, USERS).await;
    let accepted = run(&world, None).await;
    let pool = file.pool(1).await;
    let events: i64 = sqlx::query_scalar(ACCEPTED).fetch_one(&pool).await.expect("a count");
    judge("sqlite", accepted, events);

    let Some(schema) = Schema::fresh("races").await else { return };
    let world = World::on(schema.store(8).await, USERS).await;
    let accepted = run(&world, Some(Racer::start(&schema))).await;
    let pool = schema.pool(1).await;
    let events: i64 = sqlx::query_scalar(ACCEPTED).fetch_one(&pool).await.expect("a count");
    judge("postgres", accepted, events);
    schema.drop().await;
}

/// How many answers were accepted in each race.
async fn run(world: &World, mut other: Option<Racer>) -> Vec<usize> {
    let mut accepted = Vec::with_capacity(RACES);
    while accepted.len() < RACES {
        world.wait(PAUSE);
        for mut here in world.open(0..USERS, RUNNERS).await {
            if let Some(racer) = &mut other {
                racer.begin(world.now(), here.split_off(RUNNERS / 2));
            }
            let won = world::race(&world.mfa, here).await;
            accepted.push(won + other.as_mut().map_or(0, Racer::accepted));
        }
    }
    accepted
}

/// Exactly one in each race, both as it was answered and as it was written down.
fn judge(store: &str, accepted: Vec<usize>, events: i64) {
    let wrong = accepted.iter().filter(|won| **won != 1).count();
    let (races, won) = (accepted.len(), accepted.iter().sum::<usize>());
    assert_eq!((races, won, wrong), (RACES, RACES, 0), "{store}: races, acceptances, wrong races");
    assert_eq!(usize::try_from(events), Ok(won), "{store}: acceptances in the log");
    println!("ratio races_{store} {:.3} 1", f64::from(u32::try_from(won).expect("few")) / 1e4);
    println!("  # {races} races of {RUNNERS} answers each, {won} acceptances, as many in the log");
}
