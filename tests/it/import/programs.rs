//! With what the other programs wrote: `scripts/import-fixtures/run`.

use mfakit::import::{
    Import, ImportNotice, allauth, aspnet, devise, django_otp, fortify, google, totp_rs,
};
use mfakit::testing::Authenticator;
use mfakit::{Answer, Refusal};
use serde_json::Value;

use super::{authority, moved_in, recover, sign_in, world};
use crate::world::{World, block_on, full, refused};

pub(super) fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/import/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// The program's own code signs in once the window of the import is over, and not before; each of
/// its recovery codes works once, and the one that it has spent does not.
async fn works(world: &World, fixture: &Value, unused: &[&str], spent: Option<&str>) {
    let now = fixture["code_now"].as_str().unwrap();
    let later = fixture["code_later"].as_str().unwrap();
    let challenge = super::challenged(world).await;
    crate::world::rejected(world.mfa.answer(&challenge, Answer::code(now)).await);
    if let Some(spent) = spent {
        assert!(recover(world, spent).await.is_err());
    }
    for (used, code) in unused.iter().enumerate() {
        assert_eq!(recover(world, code).await.unwrap(), unused.len() - 1 - used);
        assert!(recover(world, code).await.is_err(), "twice");
    }
    world.wait(60);
    let _ = sign_in(world, Answer::code(later)).await;
}

#[test]
fn what_django_otp_wrote_goes_on_working() {
    block_on(async {
        let (world, fixture) = (world(), fixture("django_otp"));
        let row = &fixture["export"]["devices"][0];
        let integer = |name: &str| row[name].as_i64().unwrap();
        let device = django_otp::Device {
            name: row["name"].as_str().unwrap(),
            key: row["key"].as_str().unwrap(),
            step: integer("step").try_into().unwrap(),
            t0: integer("t0"),
            digits: integer("digits").try_into().unwrap(),
            drift: integer("drift").try_into().unwrap(),
            last_t: integer("last_t"),
        };
        let tokens = texts(&fixture["export"]["tokens"]);
        let import = || django_otp::import(&[device], &tokens).unwrap();
        assert_eq!(refused(world.mfa.import(&authority(), import()).await), Refusal::WeakCodes);
        let report = moved_in(&world, import().accept_codes_under_64_bits()).await;
        assert_eq!((report.factors.len(), report.codes), (1, 4));
        assert_eq!(report.import_notices, [ImportNotice::RegenerateCodes]);
        // It knows the last used step: the code before it is burned, the next one works at once.
        let code = fixture["code_now"].as_str().unwrap();
        let _ = sign_in(&world, Answer::code(code)).await;
        works(&world, &fixture, &tokens, fixture["spent_token"].as_str()).await;
    });
}

#[test]
fn a_step_that_django_otp_has_used_is_burned() {
    block_on(async {
        let (world, fixture) = (world(), fixture("django_otp"));
        let row = &fixture["export"]["devices"][0];
        let device = django_otp::Device {
            name: "Phone",
            key: row["key"].as_str().unwrap(),
            step: 30,
            t0: 0,
            digits: 6,
            drift: 0,
            last_t: row["last_t"].as_i64().unwrap(),
        };
        moved_in(&world, django_otp::import(&[device], &[""; 0]).unwrap()).await;
        world.wait(-300);
        let challenge = super::challenged(&world).await;
        let used = Answer::code(fixture["code_before"].as_str().unwrap());
        crate::world::rejected(world.mfa.answer(&challenge, used).await);
    });
}

#[test]
fn what_allauth_wrote_goes_on_working() {
    block_on(async {
        let (world, fixture) = (world(), fixture("allauth"));
        let codes = texts(&fixture["export"]["unused_codes"]);
        let secret = fixture["export"]["secret"].as_str().unwrap();
        let import = allauth::import("Authenticator app", secret, &codes).unwrap();
        moved_in(&world, import.accept_codes_under_64_bits()).await;
        works(&world, &fixture, &codes, fixture["spent_code"].as_str()).await;
    });
}

#[test]
fn what_devise_wrote_goes_on_working() {
    block_on(async {
        let (world, fixture) = (world(), fixture("devise"));
        let export = &fixture["export"];
        let secret = export["otp_secret"].as_str().unwrap();
        let hashes = texts(&export["otp_backup_codes"]);
        let step = export["consumed_timestep"].as_u64();
        let import = || devise::import("Authenticator app", secret, step, &hashes).unwrap();
        assert_eq!(refused(world.mfa.import(&authority(), import()).await), Refusal::WeakSeed);
        let report = moved_in(&world, import().accept_seeds_under_128_bits()).await;
        assert_eq!(report.import_notices, [ImportNotice::ReplaceFactor(report.factors[0])]);
        let code = fixture["code_now"].as_str().unwrap();
        full(sign_in(&world, Answer::code(code)).await); // 64 bits are enough
        let spent = fixture["spent_code"].as_str().unwrap();
        let unused: Vec<&str> =
            texts(&fixture["codes"]).into_iter().filter(|code| *code != spent).collect();
        works(&world, &fixture, &unused, Some(spent)).await;
    });
}

#[test]
fn what_fortify_would_have_written_goes_on_working() {
    block_on(async {
        let (world, fixture) = (world(), fixture("fortify"));
        let codes = texts(&fixture["export"]["recovery_codes"]);
        let secret = fixture["export"]["secret"].as_str().unwrap();
        let import = fortify::import("Authenticator app", secret, &codes).unwrap();
        let report = moved_in(&world, import.accept_seeds_under_128_bits()).await;
        assert_eq!(report.import_notices, [ImportNotice::ReplaceFactor(report.factors[0])]);
        works(&world, &fixture, &codes, None).await;
    });
}

#[test]
fn what_aspnet_identity_would_have_written_goes_on_working() {
    block_on(async {
        let (world, fixture) = (world(), fixture("aspnet"));
        let key = fixture["export"]["AuthenticatorKey"].as_str().unwrap();
        let joined = fixture["export"]["RecoveryCodes"].as_str().unwrap();
        let import = aspnet::import("Authenticator app", key, joined).unwrap();
        let report = moved_in(&world, import.accept_codes_under_64_bits()).await;
        assert_eq!(
            (report.codes, report.import_notices),
            (10, vec![ImportNotice::RegenerateCodes])
        );
        let codes: Vec<&str> = joined.split(';').collect();
        works(&world, &fixture, &codes, None).await;
    });
}

#[test]
fn what_google_authenticator_would_have_exported_goes_on_working() {
    block_on(async {
        let (world, fixture) = (world(), fixture("google"));
        let export = google::read(fixture["export"].as_str().unwrap()).unwrap();
        assert_eq!((export.entries.len(), export.left_out), (2, 1), "one is counter-based");
        assert_eq!((export.part, export.parts), (0, 1));
        let mut import = Import::new();
        for (entry, label) in export.entries.iter().zip(["Phone", "Tablet"]) {
            assert_eq!((&*entry.issuer, &*entry.account), ("Scrivio", "ada@example.org"));
            import = import.factor(entry.factor(label).unwrap());
        }
        let report = moved_in(&world, import).await;
        assert_eq!(report.import_notices, [ImportNotice::IssueCodes]);
        world.wait(60);
        for (factor, codes) in report.factors.iter().zip(fixture["codes"].as_array().unwrap()) {
            let code = codes["code_later"].as_str().unwrap();
            let _ = sign_in(&world, Answer::code_of(*factor, code)).await;
        }
    });
}

#[test]
fn what_totp_rs_wrote_by_hand_goes_on_working() {
    block_on(async {
        let world = world();
        let seed = ::totp_rs::Secret::new(b"0123456789abcdefghijklmnopqrstuv".as_slice().into());
        let url = format!(
            "otpauth://totp/Scrivio:ada%40example.org?secret={}&issuer=Scrivio\
             &algorithm=SHA256&digits=8&period=60",
            seed.to_base32(),
        );
        moved_in(&world, Import::new().factor(totp_rs::factor("Phone", &url).unwrap())).await;
        world.wait(120);
        let app = Authenticator::scan(&url).unwrap();
        let _ = sign_in(&world, Answer::code(&app.code_at(world.now()))).await;
    });
}
