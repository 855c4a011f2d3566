//! Moves users here from six other systems, and shows what becomes of them.
//!
//! `cargo run --example migrate`
//!
//! The exports are those of the tests, `tests/fixtures/import`: django-otp, django-allauth and
//! devise-two-factor wrote theirs themselves, the others are made after their published formats. Each
//! module of `mfakit::import` says how an export is made.

#![allow(clippy::print_stdout, reason = "it shows what it does")]

use std::error::Error;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use mfakit::import::{
    Import, ImportNotice, Imported, allauth, aspnet, devise, django_otp, fortify, google,
};
use mfakit::ports::Clock;
use mfakit::{HostAuthority, Invalid, Keyring, MemoryStore, Mfa, SealingKey, Status, Subject};
use serde_json::Value;

/// The moment at which the exports were made. In life the clock is the operating system's.
struct OfTheExports;

impl Clock for OfTheExports {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_007, 0).unwrap_or_default()
    }
}

type Read = fn(&Value) -> Result<Import, Box<dyn Error>>;

const SYSTEMS: [(&str, Read); 6] = [
    ("django_otp", from_django_otp),
    ("allauth", from_allauth),
    ("devise", from_devise),
    ("fortify", from_fortify),
    ("aspnet", from_aspnet),
    ("google", from_google),
];

fn main() -> Result<(), Box<dyn Error>> {
    let keyring = Keyring::new(SealingKey::from_bytes("example", &[7; 32])?);
    let builder = Mfa::builder(MemoryStore::new()).issuer("Scrivio").keyring(keyring);
    let mfa = builder.clock(OfTheExports).build()?;
    pollster::block_on(async {
        for (system, read) in SYSTEMS {
            let export = export(system)?;
            // Most of these systems made seeds or codes that are weaker than ours would be. The
            // names say what is accepted; users are asked to replace them.
            let import = || -> Result<Import, Box<dyn Error>> {
                Ok(read(&export)?.accept_seeds_under_128_bits().accept_codes_under_64_bits())
            };
            let user = Subject::new(format!("user-of-{system}"))?;
            let job = Subject::new("migration")?;
            let authority = HostAuthority::grant(user.clone(), job, "moved in")?;
            match mfa.import(&authority, import()?).await? {
                Imported::Now(report) => {
                    let (factors, codes) = (report.factors.len(), report.codes);
                    println!("{system}: {factors} factor(s), {codes} recovery codes");
                }
                Imported::Before(at) => println!("{system}: done before, at {at}"),
            }
            show(&mfa.status(&user).await?);
            // The job may be run again.
            let again = mfa.import(&authority, import()?).await?;
            assert!(matches!(again, Imported::Before(_)));
        }
        Ok(())
    })
}

fn show(status: &Status) {
    for factor in &status.factors {
        let weak = if factor.weak { ", a short seed" } else { "" };
        println!("  {} of {}{weak}", factor.label, factor.added_at.format("%Y-%m-%d"));
    }
    for prompt in &status.import_notices {
        println!(
            "  will be asked to {}",
            match prompt {
                ImportNotice::RegenerateCodes => "replace the recovery codes, before anything else",
                ImportNotice::IssueCodes => "have recovery codes issued",
                ImportNotice::ReplaceFactor(_) => "set the factor up again",
                _ => "do something that this example does not know",
            }
        );
    }
}

fn export(system: &str) -> Result<Value, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
    let text = fs::read_to_string(folder.join(format!("{system}.json")))?;
    let document: Value = serde_json::from_str(&text)?;
    Ok(document["export"].clone())
}

const LABEL: &str = "Authenticator app";

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().map(text).collect()
}

fn from_django_otp(export: &Value) -> Result<Import, Box<dyn Error>> {
    let rows = export["devices"].as_array().ok_or("devices")?;
    let number = |row: &Value, name: &str| row[name].as_i64().ok_or(format!("no {name}"));
    let devices = rows.iter().map(|row| -> Result<_, Box<dyn Error>> {
        Ok(django_otp::Device {
            name: text(&row["name"]),
            key: text(&row["key"]),
            step: number(row, "step")?.try_into()?,
            t0: number(row, "t0")?,
            digits: number(row, "digits")?.try_into()?,
            drift: number(row, "drift")?.try_into()?,
            last_t: number(row, "last_t")?,
        })
    });
    let devices = devices.collect::<Result<Vec<_>, _>>()?;
    Ok(django_otp::import(&devices, &texts(&export["tokens"]))?)
}

fn from_allauth(export: &Value) -> Result<Import, Box<dyn Error>> {
    Ok(allauth::import(LABEL, text(&export["secret"]), &texts(&export["unused_codes"]))?)
}

fn from_devise(export: &Value) -> Result<Import, Box<dyn Error>> {
    let (secret, step) = (text(&export["otp_secret"]), export["consumed_timestep"].as_u64());
    Ok(devise::import(LABEL, secret, step, &texts(&export["otp_backup_codes"]))?)
}

fn from_fortify(export: &Value) -> Result<Import, Box<dyn Error>> {
    Ok(fortify::import(LABEL, text(&export["secret"]), &texts(&export["recovery_codes"]))?)
}

fn from_aspnet(export: &Value) -> Result<Import, Box<dyn Error>> {
    Ok(aspnet::import(LABEL, text(&export["AuthenticatorKey"]), text(&export["RecoveryCodes"]))?)
}

fn from_google(export: &Value) -> Result<Import, Box<dyn Error>> {
    let export = google::read(text(export))?;
    let entries = export.entries.iter().enumerate();
    let add = |import: Import, (number, entry): (usize, &google::Entry)| -> Result<_, Invalid> {
        Ok(import.factor(entry.factor(&format!("{LABEL} {}", number + 1))?))
    };
    Ok(entries.into_iter().try_fold(Import::new(), add)?)
}
