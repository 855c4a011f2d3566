//! The style sheet of the application's own pages. It stands on the adapter's.

use axum::http::header;
use axum::response::{IntoResponse, Response};

pub(crate) const STYLE: &str = "/assets/web.css";

pub(crate) async fn style() -> Response {
    let css = include_str!("../../assets/web.css");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response()
}
