//! resealing
