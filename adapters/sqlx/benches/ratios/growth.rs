//! Whether an answer costs the same with a million accounts as with a thousand.

use crate::database::{File, Schema};
use crate::filler;
use crate::measure::{Parts, ratio};
use crate::world::World;

/// Those who answer: all of the small database, one in a thousand of the large one.
const USERS: usize = 1_000;

pub(crate) async fn measure() {
    postgres().await;
    sqlite().await;
}

async fn postgres() {
    let Some(small) = Schema::fresh("growth_small").await else { return };
    let Some(large) = Schema::fresh("growth_large").await else { return };
    let in_small = World::on(small.store(4).await, USERS).await;
    let in_large = World::on(large.store(4).await, USERS).await;
    in_small.grow().await;
    in_large.grow().await;
    large.fill(filler::POSTGRES).await;
    small.settle().await;
    large.settle().await;
    compare("postgres", &in_small, &in_large).await;
    small.drop().await;
    large.drop().await;
}

async fn sqlite() {
    let (small, large) = (File::fresh().await, File::fresh().await);
    let in_small = World::on(small.store(4).await, USERS).await;
    let in_large = World::on(large.store(4).await, USERS).await;
    in_small.grow().await;
    in_large.grow().await;
    filler::sqlite(&large.pool(1).await).await;
    compare("sqlite", &in_small, &in_large).await;
}

async fn compare(database: &str, in_small: &World, in_large: &World) {
    // Whatever is read for the first time, or written for the first time since a checkpoint.
    in_large.answers(0..1_000, 2).await;
    let name = format!("{database}_answer_of_a_million_accounts/of_a_thousand");
    let (mut these, mut those) = (Parts::of(USERS, 200), Parts::of(USERS, 200));
    let large = async || in_large.answers(these.next(), 2).await;
    let small = async || in_small.answers(those.next(), 2).await;
    ratio(&name, 1.3, 61, large, small).await;
}
