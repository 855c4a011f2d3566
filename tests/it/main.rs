//! One module per capability; fixtures in `world`.

mod flows;
mod world;
