//! Credentials that move into accounts, beside the seed and the codes of the same user.

use base64ct::{Base64UrlUnpadded, Encoding};
use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::webauthn::{
    CreationOptions, Credential, CredentialId, CredentialParts, Nonce, PublicKey,
    RegistrationResponse, RelyingParty, SignatureAlgorithm, Transport, UserHandle,
};
use mfakit::domain::{Account, AccountName, FactorState, Issuer};
use mfakit::import::{Import, ImportNotice, ImportedCodes, ImportedCredential, ImportedFactor};
use mfakit::store::AccountStore;
use mfakit::testing::{Authenticator, SoftwareKey};
use mfakit::{Answer, FactorKind, Refusal, SignIn, Strength};

use super::credentials::{RP_ID, accepts, from_simple_webauthn, from_webauthn_rs};
use super::programs::fixture;
use super::{SEED, ada, authority, challenged, moved_in, phone, recover, sign_in, world};
use crate::world::{World, block_on, hasher, passed, refused};

fn key(label: &str, credential: Credential) -> ImportedCredential {
    ImportedFactor::credential(label, credential).unwrap()
}

fn credential_of(account: &Account, factor: usize) -> &Credential {
    let FactorState::WebAuthn(state) = account.factors()[factor].state() else {
        panic!("{account:?}")
    };
    state.credential()
}

async fn stored(world: &World) -> std::sync::Arc<Account> {
    world.memory.load(&ada()).await.unwrap().unwrap()
}

#[test]
fn a_passkey_a_seed_and_codes_of_one_user_come_in_one_import() {
    block_on(async {
        let (world, rows) = (world(), fixture("webauthn_rs"));
        let ago = |days| -> DateTime<Utc> { world.now() - TimeDelta::days(days) };
        let passkey = from_webauthn_rs(&rows[0]["row"]).unwrap();
        let codes = ImportedCodes::plain(["3f9a71c288ab0d5e", "77aa0b1c9f3e52d4"]).unwrap();
        let import = Import::new()
            .factor(key("Passkey", passkey).added_at(ago(700)).last_used_at(ago(2)))
            .factor(phone(SEED).added_at(ago(900)))
            .codes(codes);
        let report = moved_in(&world, import).await;
        assert_eq!((report.factors.len(), report.codes, report.import_notices), (2, 2, vec![]));

        let status = world.mfa.status(&ada()).await.unwrap();
        let told: Vec<_> =
            status.factors.iter().map(|f| (f.kind, f.preferred, f.added_at, f.weak)).collect();
        let expected = [
            (FactorKind::WebAuthn, true, ago(700), false),
            (FactorKind::Totp, false, ago(900), false),
        ];
        assert_eq!(told, expected);
        assert_eq!(status.factors[0].factor, report.factors[0]);
        let used: Vec<_> = status.factors.iter().map(|factor| factor.last_used_at).collect();
        assert_eq!(used, [ago(2), ago(900)]);

        // Out of the stored account, what the device answers next is accepted.
        let account = stored(&world).await;
        assert_eq!(account.strength(), Some(Strength::PhishingResistant));
        assert_eq!(accepts(credential_of(&account, 0), &rows[0]["assertion"]), (true, 2));
        // It is told to its owner, who asks for everything that is held.
        let export = account.export();
        let [told] = &export.credentials[..] else { panic!("{export:?}") };
        let parts = credential_of(&account, 0).parts();
        assert_eq!((told.factor, &*told.rp_id, told.counter), (report.factors[0], RP_ID, 1));
        assert_eq!(
            (&told.id, &told.user_handle),
            (&parts.id.to_string(), &parts.user_handle.to_string())
        );
        assert!(told.registered_with_user_verification && told.backup_eligible && told.backed_up);
        assert_eq!(told.aaguid, "0".repeat(32));
        assert!(told.public_key.starts_with("a5010203262001215820bcf1c3"), "{}", told.public_key);
        // And the app and the codes work beside it.
        world.wait(90);
        let uri = format!("otpauth://totp/x?secret={SEED}&algorithm=SHA1&digits=6&period=30");
        let app = Authenticator::scan(&uri).unwrap();
        let code = Answer::code_of(report.factors[1], &app.code_at(world.now()));
        let _ = sign_in(&world, code).await;
        assert_eq!(recover(&world, "77aa0b1c9f3e52d4").await, Ok(1));
    });
}

#[test]
fn keys_of_several_programs_with_handles_of_their_own_live_in_one_account() {
    block_on(async {
        let world = world();
        let (ours, theirs) = (fixture("webauthn_rs"), fixture("simple_webauthn"));
        let import = Import::new()
            .factor(key("Laptop", from_webauthn_rs(&ours[0]["row"]).unwrap()))
            .factor(key("Security key", from_webauthn_rs(&ours[2]["row"]).unwrap()))
            .factor(key("Phone", from_simple_webauthn(&theirs[2]["row"], false).unwrap()));
        let report = moved_in(&world, import).await;
        assert_eq!(report.import_notices, [ImportNotice::IssueCodes], "no codes came");
        let account = stored(&world).await;
        for (factor, assertion, after) in [
            (0, &ours[0]["assertion"], (true, 2)),
            (1, &ours[2]["assertion"], (false, 1)),
            (2, &theirs[2]["assertion"], (false, 1)),
        ] {
            assert_eq!(accepts(credential_of(&account, factor), assertion), after, "{factor}");
        }
        assert_ne!(
            credential_of(&account, 0).user_handle(),
            credential_of(&account, 2).user_handle()
        );
    });
}

#[test]
fn an_account_of_which_only_a_credential_came_is_challenged_and_never_signed_in_without() {
    block_on(async {
        let world = world();
        let row = &fixture("webauthn_rs")[0]["row"];
        let codes = ImportedCodes::plain(["3f9a71c288ab0d5e"]).unwrap();
        let import =
            Import::new().factor(key("Passkey", from_webauthn_rs(row).unwrap())).codes(codes);
        moved_in(&world, import).await;
        let sign_in = world.mfa.sign_in(world.password(&ada())).await.unwrap();
        assert!(matches!(sign_in, SignIn::Challenge(_)), "{sign_in:?}");
        assert!(world.mfa.ask(&challenged(&world).await).await.unwrap().takes_recovery());
        assert_eq!(recover(&world, "3f9a71c288ab0d5e").await, Ok(0));
    });
}

/// A key, and the credential that another system had of it.
fn registered(rp_id: &str, origin: &str) -> (SoftwareKey, Credential) {
    let site = RelyingParty::new(rp_id, [origin]).unwrap();
    let mut device = SoftwareKey::seeded(1852, SignatureAlgorithm::Es256);
    let user = UserHandle::from_random([9; 64]);
    let nonce = Nonce::new([3; 16]).unwrap();
    let (issuer, name) = (Issuer::new("Before"), AccountName::new("ada@example.org"));
    let options =
        CreationOptions::new(&site, &issuer.unwrap(), &name.unwrap(), user.clone(), nonce.clone());
    let json = device.register(&serde_json::to_string(&options).unwrap(), origin).unwrap();
    let registered = RegistrationResponse::parse(&json).unwrap().verify(&nonce, &site).unwrap();
    let credential = Credential::new(&site, user, registered);
    (device, credential)
}

fn here() -> RelyingParty {
    RelyingParty::new(RP_ID, ["https://app.scrivio.example"]).unwrap()
}

#[test]
fn a_key_that_was_moved_in_signs_in() {
    block_on(async {
        let world = World::built(|builder| builder.argon2(hasher()).relying_party(here()));
        let (mut device, credential) = registered(RP_ID, "https://app.scrivio.example");
        let report = moved_in(&world, Import::new().factor(key("Key", credential))).await;
        assert_eq!(report.unaskable, []);
        let challenge = challenged(&world).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        let asked = ask.webauthn().unwrap().to_json();
        let json = device.assert(&asked, "https://app.scrivio.example").unwrap();
        let passed = passed(world.mfa.answer(&challenge, Answer::webauthn(&json)).await);
        assert_eq!(passed.import_notices, [ImportNotice::IssueCodes]);
    });
}

#[test]
fn a_credential_of_another_site_is_counted_and_named_and_not_asked_for() {
    block_on(async {
        let world = World::built(|builder| builder.argon2(hasher()).relying_party(here()));
        let (_, credential) = registered("scrivio.test", "https://scrivio.test");
        let import = Import::new().factor(phone(SEED)).factor(key("Key", credential));
        let report = moved_in(&world, import).await;
        assert_eq!(report.unaskable, report.factors[1..]);
        assert_eq!(stored(&world).await.strength(), Some(Strength::PhishingResistant));
        let ask = world.mfa.ask(&challenged(&world).await).await.unwrap();
        assert!(ask.unaskable && ask.webauthn().is_none());
    });
}

/// A credential of no device, for what needs no signature.
fn made(number: u8, change: impl FnOnce(&mut CredentialParts)) -> Credential {
    let point = "1-wUDB2rRBbQRNNdvFImRPC8c3HMmvUXZDIXGgMHQAc";
    let mut parts = CredentialParts {
        rp_id: RP_ID.to_owned(),
        id: CredentialId::new([number; 16]).unwrap(),
        public_key: PublicKey::from_ed25519(&Base64UrlUnpadded::decode_vec(point).unwrap())
            .unwrap(),
        user_handle: UserHandle::from_random([7; 64]),
        registered_with_user_verification: false,
        backup_eligible: false,
        backup_state: false,
        counter: 0,
        aaguid: [0; 16],
        transports: vec![Transport::Usb],
    };
    change(&mut parts);
    Credential::from_parts(parts).unwrap()
}

async fn refusal(world: &World, import: Import) -> Refusal {
    refused(world.mfa.import(&authority(), import).await)
}

#[test]
fn a_credential_that_comes_twice_is_refused_whatever_else_differs() {
    block_on(async {
        let world = world();
        let twins: [fn(&mut CredentialParts); 4] = [
            |_| {},
            |parts| parts.user_handle = UserHandle::from_random([8; 64]),
            |parts| parts.rp_id = "scrivio.test".to_owned(),
            |parts| parts.counter = 7,
        ];
        for twin in twins {
            let import = Import::new()
                .factor(key("A", made(1, |_| {})))
                .factor(phone(SEED))
                .factor(key("B", made(1, twin)));
            assert_eq!(refusal(&world, import).await, Refusal::CredentialTaken);
        }
        let labeled = Import::new().factor(key("phone", made(1, |_| {}))).factor(phone(SEED));
        assert_eq!(refusal(&world, labeled).await, Refusal::LabelTaken, "of any kind");
        assert!(world.memory.load(&ada()).await.unwrap().is_none());
    });
}

#[test]
fn ten_factors_of_any_mix_come_and_no_eleventh() {
    block_on(async {
        let of = |keys: u8, phones: u8| {
            let keys = (0..keys).map(|n| key(&format!("Key {n}"), made(n, |_| {})).into());
            let phones = (0..phones).map(|n| {
                let seed = mfakit::import::Seed::from_bytes(&[n + 1; 20]).unwrap();
                ImportedFactor::totp(&format!("Phone {n}"), seed).unwrap().into()
            });
            let all: Vec<ImportedFactor> = keys.chain(phones).collect();
            all.into_iter().fold(Import::new(), Import::factor)
        };
        for (keys, phones) in [(10, 0), (5, 5), (1, 9)] {
            assert_eq!(moved_in(&world(), of(keys, phones)).await.factors.len(), 10);
        }
        for (keys, phones) in [(11, 0), (10, 1), (1, 10)] {
            let refused = refusal(&world(), of(keys, phones)).await;
            assert!(matches!(refused, Refusal::Invalid(_)), "{refused}");
        }
    });
}
