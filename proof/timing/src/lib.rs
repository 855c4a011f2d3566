//! Whether the time that an answer takes tells what is secret: see `benches/dudect`.
