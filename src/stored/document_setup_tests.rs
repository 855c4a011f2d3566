use serde_json::json;

use super::{assert_names, document, fullest, longest_label, read, sealed};
use crate::domain::parts::{Extra, Stage};
use crate::domain::{
    Account, AccountName, Algorithm, FactorKind, Issuer, PendingState, PendingTotp, TotpParams,
};

/// What a setup holds only until it is confirmed.
#[test]
fn an_open_setup_that_no_release_wrote_is_refused_with_the_field_at_fault() {
    for (pointer, value, expected) in [
        ("/pending/tries_left", json!(0), "pending.tries_left"),
        ("/pending/tries_left", json!(21), "pending.tries_left"),
        ("/pending/tries_left", json!(null), "pending.confirmed"),
        ("/pending/state/account", json!("a:b"), "pending.state.account"),
        ("/pending/state/issuer", json!(""), "pending.state.issuer"),
        ("/pending/state/period", json!(0), "pending.state.period"),
        ("/pending/state/sealed", json!("1:k:A"), "pending.state.sealed"),
        ("/pending/state", json!({}), "pending.state"),
        ("/pending/kind", json!(""), "pending.kind"),
    ] {
        assert_names(document(&setting_up()), pointer, &value, expected);
    }
}

/// With a setup of an authenticator app that no code has confirmed.
fn setting_up() -> Account {
    let mut account = fullest(Algorithm::Sha1);
    let state = PendingState::Totp(PendingTotp {
        account: AccountName::new("é".repeat(64)).unwrap(),
        issuer: Some(Issuer::new("Scrivio").unwrap()),
        params: TotpParams::default(),
        sealed: sealed(Algorithm::Sha1),
        extra: Extra::default(),
    });
    account.pending.as_mut().unwrap().stage = Stage::Open { state, tries_left: 10 };
    account
}

#[test]
fn a_setup_of_a_kind_that_this_build_does_not_know_is_carried_as_it_is() {
    for confirmed in [false, true] {
        let account = if confirmed { fullest(Algorithm::Sha1) } else { setting_up() };
        let mut written = document(&account);
        written["pending"]["kind"] = json!("telepathy_2");
        written["pending"]["state"] = json!({"waves": [1, -2, 3.5, null, true, "θ"]});
        if confirmed {
            written["pending"]["strength"] = json!(60);
        }
        let account = read(&written).unwrap();
        assert_eq!(account.pending().unwrap().kind(), FactorKind::Unknown);
        assert_eq!(document(&account), written);
    }
}

#[test]
fn a_setup_may_have_the_label_of_the_factor_it_replaces() {
    let mut document = document(&fullest(Algorithm::Sha1));
    document["pending"]["label"] = json!(longest_label(3).as_str());
    assert!(read(&document).is_ok());
}
