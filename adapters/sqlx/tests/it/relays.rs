//! relays
