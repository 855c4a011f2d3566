//! The tables.

use super::Table;

pub(super) const ALL: &[&Table] = &[&DOMAIN, &AXUM, &SQLX];

/// Values that name no rule: what every part of the domain may be made of.
#[rustfmt::skip]
pub(super) const LEAVES: &[&str] = &[
    "invalid", "unknown_fields", "bounds", "id", "instant", "label", "policy_terms", "purpose",
    "sealed", "strength", "enrolled_by", "factor_kind", "demand", "first_factor", "import_notice",
    "evidence",
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
        ("strength", &["invalid"]),
        ("demand", &["bounds", "id", "policy_terms", "strength"]),
        ("enrolled_by", &["invalid", "strength"]),
        ("factor_kind", &[]),
        ("first_factor", &["invalid", "id", "instant"]),
        ("import_notice", &["id"]),
        ("evidence", &["id", "strength", "factor_kind", "first_factor"]),
        // Rules, and what they are made of.
        ("recovery", &["invalid", "unknown_fields"]),
        ("budget", &["invalid", "unknown_fields", "instant"]),
        ("event", &["unknown_fields", "id", "policy_terms", "purpose", "strength"]),
        ("receipt", &["id"]),
        ("factor", &[
            "invalid", "unknown_fields", "id", "label", "sealed", "strength", "enrolled_by",
            "factor_kind"
        ]),
        ("prompt", &["id", "label", "factor"]),
        ("requirement", &["invalid", "id", "strength", "first_factor", "evidence"]),
        ("settings", &["invalid", "factor_kind", "budget", "factor"]),
        ("refusal", &["invalid", "id", "purpose", "strength", "demand", "requirement"]),
        ("context", &["instant", "settings", "refusal"]),
        ("import", &[
            "invalid", "unknown_fields", "bounds", "id", "label", "budget", "import_notice",
            "sealed", "enrolled_by", "factor", "refusal", "context"
        ]),
        ("proof", &[
            "bounds", "id", "instant", "purpose", "strength", "factor_kind", "refusal", "context"
        ]),
        ("assurance", &[
            "bounds", "id", "instant", "first_factor", "evidence", "refusal", "context",
            "proof", "strength"
        ]),
        ("session", &["id", "demand", "evidence", "proof", "assurance"]),
        ("challenge", &[
            "invalid", "bounds", "id", "purpose", "strength", "evidence", "refusal", "context",
            "proof", "assurance", "session"
        ]),
        ("verdict", &["import_notice", "factor", "proof"]),
        ("setup", &[
            "invalid", "unknown_fields", "id", "label", "strength", "factor_kind", "recovery", "sealed", "factor",
            "session"
        ]),
        ("step_up", &[
            "invalid", "bounds", "id", "instant", "purpose", "strength", "factor_kind",
            "first_factor", "evidence", "requirement", "settings", "refusal", "context", "assurance"
        ]),
        ("account", &[
            "invalid", "unknown_fields", "bounds", "id", "instant", "label", "purpose", "recovery",
            "strength", "enrolled_by", "factor_kind", "budget", "event", "first_factor",
            "import_notice", "receipt", "sealed",
            "evidence", "prompt", "factor", "requirement", "settings", "refusal", "context",
            "import", "proof", "assurance", "session", "challenge", "verdict", "setup", "step_up"
        ]),
        ("organization", &[
            "invalid", "unknown_fields", "bounds", "id", "instant", "label", "policy_terms",
            "demand", "event", "first_factor", "receipt", "sealed", "strength", "evidence", "factor",
            "requirement", "settings", "refusal", "context", "assurance", "step_up", "account"
        ]),
        ("signed_in", &[
            "id", "strength", "demand", "first_factor", "evidence", "proof", "assurance", "session",
            "organization"
        ]),
    ],
};

#[rustfmt::skip]
const AXUM: Table = Table {
    root: "adapters/axum/src",
    module: &[],
    rows: &[
("assets", &[]),
        ("safety", &[]),
        ("texts", &[]),
        ("pages", &["assets", "texts"]),
        ("session", &["safety"]),
        ("host", &["safety", "session"]),
        ("once", &["session"]),
        ("web", &["safety", "texts", "pages", "host", "once"]),
        ("rejection", &["safety", "host", "web"]),
        ("visit", &["safety", "texts", "session", "host", "web", "rejection"]),
        ("flows", &["safety", "session", "web", "rejection", "visit"]),
        ("guards", &["safety", "session", "web", "rejection", "visit"]),
        ("api", &["safety", "session", "web", "rejection", "visit", "flows"]),
        ("handlers", &[
            "safety", "texts", "pages", "session", "web", "rejection", "visit", "flows"
        ]),
        ("router", &["assets", "safety", "web", "rejection", "guards", "api", "handlers"]),
    ],
};

#[rustfmt::skip]
const SQLX: Table = Table {
    root: "adapters/sqlx/src",
    module: &[],
    rows: &[
("cause", &[]),
        ("query", &[]),
        ("stage", &[]),
        ("tables", &[]),
        ("columns", &["cause"]),
        ("open_error", &["cause"]),
        ("retry", &["cause"]),
        ("curve", &[]),
        ("roster", &["query", "curve"]),
        ("account_row", &["cause", "columns"]),
        ("org_row", &["cause", "columns", "account_row"]),
        ("migrate", &["cause", "query", "tables", "columns", "open_error", "org_row"]),
        ("put", &["cause", "query", "tables", "account_row", "org_row"]),
        ("sql", &["tables", "org_row", "put"]),
        ("dialect", &["cause", "query", "tables", "columns", "open_error", "put", "sql"]),
        ("store", &[
            "cause", "query", "stage", "tables", "columns", "open_error", "roster", "account_row",
            "org_row", "put", "sql", "dialect"
        ]),
        ("postgres", &[
            "cause", "query", "tables", "columns", "open_error", "retry", "account_row", "migrate",
            "put", "sql", "dialect", "store"
        ]),
        ("sqlite", &[
            "cause", "query", "tables", "columns", "open_error", "retry", "account_row", "migrate",
            "put", "sql", "dialect", "store"
        ]),
    ],
};
