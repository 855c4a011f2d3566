//! x
pub(crate) const ROLE: &str = "--racer";
pub(crate) async fn serve(_: &str, _: &str) {}
