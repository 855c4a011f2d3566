//! One module per capability; fixtures in `world`.

mod flows;
mod history;
mod world;
