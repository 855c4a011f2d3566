//! An account with a passkey, on pages that ask for none: its other ways and recovery stay open.

use mfakit::domain::webauthn::{
    Credential, CredentialId, CredentialParts, PublicKey, SignatureAlgorithm, UserHandle,
};
use mfakit::import::{Import, ImportedCodes, ImportedFactor, Seed};
use mfakit::testing::{Authenticator, SoftwareKey};
use mfakit::{HostAuthority, Subject};
use serde_json::json;

use crate::api::client::Client;
use crate::world::World;

const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const CODE: &str = "3f9a71c288ab0d5e3f9a71c288ab0d5e";

fn passkey() -> ImportedFactor {
    let key = SoftwareKey::seeded(1, SignatureAlgorithm::Es256);
    let parts = CredentialParts {
        rp_id: "scrivio.example".into(),
        id: CredentialId::new([1; 16]).expect("an ID"),
        public_key: PublicKey::from_cose(&key.public_key()).expect("a key"),
        user_handle: UserHandle::from_random([7; 64]),
        registered_with_user_verification: false,
        backup_eligible: true,
        backup_state: true,
        counter: 0,
        aaguid: [0; 16],
        transports: Vec::new(),
    };
    let credential = Credential::from_parts(parts).expect("a credential");
    ImportedFactor::credential("Passkey", credential).expect("a factor").into()
}

async fn moved_in(world: &World, import: Import) {
    let (ada, job) = (Subject::new("ada").expect("subject"), Subject::new("job").expect("subject"));
    let authority = HostAuthority::grant(ada, job, "moved in").expect("authority");
    let codes = ImportedCodes::plain([CODE]).expect("codes");
    let _ = world.mfa.import(&authority, import.codes(codes)).await.expect("imported");
    world.wait(90);
}

#[tokio::test]
async fn an_account_with_a_passkey_and_an_app_is_asked_for_the_app() {
    let world = World::new();
    let seed = Seed::from_base32(SEED).expect("a seed");
    let app = ImportedFactor::totp("Phone", seed).expect("a factor");
    moved_in(&world, Import::new().factor(passkey()).factor(app)).await;
    let uri = format!("otpauth://totp/x?secret={SEED}&algorithm=SHA1&digits=6&period=30");
    let phone = Authenticator::scan(&uri).expect("scan");

    let mut browser = world.signed_in("ada");
    let _ = browser.get("/dashboard").await;
    let page = browser.get("/mfa/challenge").await;
    page.shows("6-digit code").lacks("Passkey");
    let code = phone.code_at(world.now());
    let on = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(on.location(), "/dashboard", "{}", on.body);
    browser.get("/mfa/factors").await.shows("Passkey").shows("Phone");

    let mut client = Client::of(browser);
    let factors = client.get("/factors").await.body["factors"].clone();
    let kinds: Vec<_> = factors.as_array().expect("factors").iter().map(|f| &f["kind"]).collect();
    assert_eq!(kinds, [&json!("webauthn"), &json!("totp")]);
}

#[tokio::test]
async fn an_account_with_nothing_but_a_passkey_is_never_open_and_recovers() {
    let world = World::new();
    moved_in(&world, Import::new().factor(passkey())).await;
    let mut browser = world.signed_in("ada");
    let turned = browser.get("/dashboard").await;
    assert_eq!(turned.status, 303);
    let page = browser.follow(&turned).await;
    let page = match page.status {
        303 => browser.follow(&page).await,
        _ => page,
    };
    assert_eq!(page.status, 200, "{}", page.body);
    page.shows("ecovery code");
    let page = browser.get("/mfa/challenge/recovery").await;
    let on = browser.submit(&page, "/mfa/challenge/recovery", &[("code", CODE)]).await;
    assert_eq!(on.location(), "/dashboard", "{}", on.body);
    assert_eq!(browser.get("/dashboard").await.status, 200);
}
