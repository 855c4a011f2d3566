//! The promises about concurrency under a model checker: see `tests/shuttle`.
