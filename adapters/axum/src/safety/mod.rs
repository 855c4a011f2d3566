//! What keeps pages and requests safe without anybody asking: one file a rule.

mod fields;
mod headers;
mod return_path;

pub(crate) use fields::{Fields, MAX_BODY};
pub(crate) use headers::{append, guarded, page};
pub use return_path::ReturnPath;
