//! Two-factor sign-in made by hand. `compare-hand-made quick|careful DIRECTORY ROUND`.

mod careful;
mod members;
mod peer;
mod quick;
mod schema;

use std::env;
use std::path::Path;

use peer::{Design, HandMade};
use shared::{Record, drive};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = env::args().collect();
    let [_, design, directory, round] = &arguments[..] else {
        panic!("compare-hand-made quick|careful DIRECTORY ROUND");
    };
    let (design, name) = match design.as_str() {
        "quick" => (Design::Quick, "hand-made"),
        _ => (Design::Careful, "hand-made (our strength)"),
    };
    let record = Record::new(name, round.parse().expect("a number"));
    let pool = schema::open(&Path::new(directory).join("hand-made.db")).await;
    drive(HandMade { pool: pool.clone(), design }, &record).await;
    members::measure(&pool, &record).await;
}
