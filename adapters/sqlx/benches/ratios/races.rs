//! x
pub(crate) async fn measure() {}
