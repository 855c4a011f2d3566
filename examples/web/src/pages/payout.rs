//! An action behind a step-up rule: the route's guard has asked for both factors, within five
//! minutes, before anything here runs.

use askama::Template;
use axum::extract::Form;
use serde::Deserialize;

use super::{Answer, Frame, Viewer, page};

/// The largest payout, in euros.
const MOST: u64 = 100_000;

#[derive(Template)]
#[template(path = "payout.html")]
struct Page {
    frame: Frame,
    to: String,
    amount: String,
    alert: Option<&'static str>,
    /// What was paid.
    paid: Option<String>,
}

/// What the visitor typed.
#[derive(Deserialize)]
pub(crate) struct Payout {
    #[serde(default)]
    to: String,
    #[serde(default)]
    amount: String,
}

/// `GET /payout`
pub(crate) async fn show(viewer: Viewer) -> Answer {
    let (to, amount, frame) = (String::new(), String::new(), viewer.frame("/payout"));
    page(None, &Page { frame, to, amount, alert: None, paid: None })
}

/// `POST /payout`
pub(crate) async fn pay(viewer: Viewer, Form(typed): Form<Payout>) -> Answer {
    let frame = viewer.frame("/payout");
    let (to, amount) = (typed.to.trim().to_owned(), typed.amount.trim().to_owned());
    let named = (1..=64).contains(&to.chars().count());
    let (alert, paid) = match cents(&amount) {
        _ if !named => (Some("Say who receives it, in at most 64 characters."), None),
        None => (Some("The amount is in euros, such as 250.00, and at most 100000."), None),
        Some(cents) => (None, Some(format!("€ {}.{:02}", cents / 100, cents % 100))),
    };
    let view = Page { frame, to, amount, alert, paid };
    page(view.alert.map(str::to_owned).as_ref(), &view)
}

/// An amount in euros, as cents: `250`, `250.5`, `250,50`.
fn cents(amount: &str) -> Option<u64> {
    let (euros, cents) = amount.split_once(['.', ',']).unwrap_or((amount, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(euros) || !digits(cents) || cents.len() > 2 {
        return None;
    }
    let euros: u64 = euros.parse().ok().filter(|euros| *euros < MOST)?;
    let tens = if cents.len() == 1 { 10 } else { 1 };
    let total = euros * 100 + cents.parse::<u64>().ok()? * tens;
    (total > 0).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::cents;

    #[test]
    fn an_amount_is_euros_and_cents_and_nothing_else() {
        let table = [("250", 25_000), ("250.5", 25_050), ("0,05", 5), ("99999.99", 9_999_999)];
        for (typed, expected) in table {
            assert_eq!(cents(typed), Some(expected), "{typed}");
        }
        for typed in ["", "0", "-1", "1.234", "1.", ".5", "1e3", "100000", "99999999999999999999"] {
            assert_eq!(cents(typed), None, "{typed}");
        }
    }
}
