//! Whether an answer costs the same with a million accounts as with a thousand.

use std::time::Duration;

use crate::database::{File, Schema};
use crate::filler;
use crate::measure::ratio;
use crate::world::World;

/// Those who answer: all of the small database, one in a thousand of the large one.
const USERS: u64 = 1_000;

pub(crate) async fn measure() {
    postgres().await;
    sqlite().await;
}

async fn postgres() {
    let Some(small) = Schema::fresh("growth_small").await else { return };
    let Some(large) = Schema::fresh("growth_large").await else { return };
    let in_small = world(World::on(small.store(4).await, USERS).await).await;
    let in_large = world(World::on(large.store(4).await, USERS).await).await;
    large.fill(filler::POSTGRES).await;
    small.settle().await;
    large.settle().await;
    compare("postgres", &in_small, &in_large).await;
    small.drop().await;
    large.drop().await;
}

async fn sqlite() {
    let (small, large) = (File::fresh().await, File::fresh().await);
    let in_small = world(World::on(small.store(4).await, USERS).await).await;
    let in_large = world(World::on(large.store(4).await, USERS).await).await;
    filler::sqlite(&large.pool(1).await).await;
    compare("sqlite", &in_small, &in_large).await;
}

/// Answers until an account remembers as many commits as it ever does: the filler copies it.
async fn world(world: World) -> World {
    for _ in 0..16 {
        world.answers(2).await;
    }
    world
}

async fn compare(database: &str, in_small: &World, in_large: &World) {
    // Whatever is read for the first time, or written for the first time since a checkpoint.
    let _: Duration = in_large.answers(2).await;
    let name = format!("{database}_answer_of_a_million_accounts/of_a_thousand");
    let (large, small) = (async || in_large.answers(2).await, async || in_small.answers(2).await);
    ratio(&name, 1.3, 15, large, small).await;
}
