//! The tables.

use super::Table;

pub(super) const ALL: &[&Table] = &[&DOMAIN, &SQLX];

/// Values that name no rule: what every part of the domain may be made of.
#[rustfmt::skip]
pub(super) const LEAVES: &[&str] = &[
    "invalid", "unknown_fields", "bounds", "id", "instant", "label", "policy_terms", "purpose",
    "sealed", "first_factor", "import_notice", "evidence",
];

#[rustfmt::skip]
pub(super) const DOMAIN: Table = Table {
    root: "src/domain",
    module: &["domain"],
    rows: &[
        ("invalid", &[]),
        ("unknown_fields", &[]),
        ("bounds", &["invalid"]),
        ("id", &["invalid"]),
        ("instant", &["invalid"]),
        ("label", &["invalid"]),
        ("policy_terms", &["invalid"]),
        ("purpose", &["invalid"]),
        ("sealed", &["invalid", "id"]),
        ("first_factor", &["invalid", "id", "instant"]),
        ("import_notice", &["id"]),
        ("evidence", &["id", "first_factor"]),
        // Rules, and what they are made of.
        ("recovery", &["invalid", "unknown_fields"]),
        ("budget", &["invalid", "unknown_fields", "instant"]),
        ("event", &["id", "policy_terms", "purpose"]),
        ("receipt", &["id"]),
        ("factor", &["invalid", "unknown_fields", "id", "label", "sealed"]),
        ("challenge", &["invalid", "bounds", "id", "label", "purpose", "evidence", "factor"]),
        ("requirement", &["invalid", "id", "first_factor", "evidence"]),
        ("settings", &["invalid", "budget", "factor"]),
        ("refusal", &["invalid", "id", "purpose", "requirement"]),
        ("context", &["instant", "settings", "refusal"]),
        ("import", &[
            "invalid", "unknown_fields", "bounds", "id", "label", "budget", "import_notice",
            "sealed", "factor", "refusal", "context"
        ]),
        ("proof", &["bounds", "id", "instant", "purpose", "refusal", "context"]),
        ("assurance", &[
            "bounds", "id", "instant", "purpose", "first_factor", "evidence", "factor", "refusal",
            "context", "proof"
        ]),
        ("verdict", &["import_notice", "proof"]),
        ("setup", &[
            "invalid", "unknown_fields", "id", "label", "recovery", "sealed", "factor", "assurance"
        ]),
        ("step_up", &[
            "invalid", "bounds", "id", "instant", "purpose", "first_factor", "evidence",
            "requirement", "refusal", "assurance"
        ]),
        ("account", &[
            "invalid", "unknown_fields", "bounds", "id", "instant", "label", "purpose", "recovery",
            "budget", "event", "first_factor", "import_notice", "receipt", "sealed", "evidence",
            "factor", "challenge", "requirement", "settings", "refusal", "context", "import",
            "proof", "assurance", "verdict", "setup", "step_up"
        ]),
        ("organization", &[
            "invalid", "unknown_fields", "bounds", "id", "instant", "label", "policy_terms",
            "event", "first_factor", "receipt", "sealed", "evidence", "factor", "requirement",
            "settings", "refusal", "context", "assurance", "step_up", "account"
        ]),
    ],
};

#[rustfmt::skip]
const SQLX: Table = Table {
    root: "adapters/sqlx/src",
    module: &[],
    rows: &[
        ("cause", &[]),
        ("roster", &[]),
        ("stage", &[]),
        ("tables", &[]),
        ("account_row", &["cause"]),
        ("open_error", &["cause"]),
        ("retry", &["cause"]),
        ("org_row", &["cause", "account_row"]),
        ("postgres", &[
            "cause", "roster", "stage", "tables", "account_row", "open_error", "retry", "org_row"
        ]),
        ("sqlite", &[
            "cause", "roster", "stage", "tables", "account_row", "open_error", "retry", "org_row"
        ]),
    ],
};
