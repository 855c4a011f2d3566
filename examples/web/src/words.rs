//! Dates, names and events, in words.

use chrono::{DateTime, Utc};
use mfakit::organization::{OrgChange, OrgId, PolicyTerms};
use mfakit::{Event, EventKind, Purpose, Required, Strength, Subject};

use crate::app::{ADMINISTER, CHANGE_PASSWORD, PAYOUT};
use crate::demo;

/// A time as a page shows it.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// A number of things: `1 member`, `2 members`.
pub(crate) fn count(number: impl TryInto<u64>, one: &str, many: &str) -> String {
    match number.try_into() {
        Ok(1) => format!("1 {one}"),
        Ok(number) => format!("{number} {many}"),
        Err(_) => format!("many {many}"),
    }
}

/// Names of organizations in a sentence: `Northwind and Contoso`.
pub(crate) fn names<'a>(orgs: impl IntoIterator<Item = &'a OrgId>) -> String {
    let names: Vec<&str> = orgs.into_iter().map(demo::name_of).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// What to do about a message that its owner cannot account for.
pub(crate) const ADVICE: &str =
    "If you know nothing of it, change your password and tell your administrator.";

/// The message to the owner about an event, if it concerns them.
pub(crate) fn message(event: &Event) -> Option<String> {
    let sentence = || sentence(event.kind(), |_| "an administrator".to_owned());
    event.concerns_owner().then(sentence)
}

/// Who else did it, when it was not the owner.
pub(crate) fn actor(kind: &EventKind) -> Option<&Subject> {
    match kind {
        EventKind::Reset { by, .. }
        | EventKind::Imported { by, .. }
        | EventKind::Erased { by, .. }
        | EventKind::RenameBegun { by, .. }
        | EventKind::Organization { by, .. } => Some(by),
        _ => None,
    }
}

/// An event as a sentence, with the name of the one who did it.
pub(crate) fn sentence(kind: &EventKind, name: impl Fn(&Subject) -> String) -> String {
    let text = match kind {
        EventKind::SetupBegun { .. } => "A setup was begun.",
        EventKind::SetupConfirmed { .. } => "A right code confirmed the setup.",
        EventKind::SetupCodeRejected { .. } => "A wrong code was typed during a setup.",
        EventKind::SetupEnded { .. } => "A setup ended without being finished.",
        EventKind::CodesReissued { .. } => {
            "The recovery codes of an unfinished setup were replaced."
        }
        EventKind::MfaEnabled { .. } => "Two-factor authentication was switched on.",
        EventKind::FactorAdded { .. } => "A method was added.",
        EventKind::FactorReplaced { .. } => {
            "A lost method was replaced, and the recovery codes with it."
        }
        EventKind::FactorRenamed { .. } => "A method was renamed.",
        EventKind::FactorPreferred { .. } => "Another method became the preferred one.",
        EventKind::FactorRemoved { .. } => "A method was removed.",
        EventKind::FactorsSuspended => "Every method was suspended after too many wrong codes.",
        EventKind::MfaDisabled => "Two-factor authentication was switched off.",
        EventKind::SignedOutElsewhere => "Every other session was signed out.",
        EventKind::CodeAccepted { purpose, .. } => {
            return format!("A code was accepted {}.", of(purpose));
        }
        EventKind::CodeRejected { purpose, .. } => {
            return format!("A wrong code was refused {}.", of(purpose));
        }
        EventKind::GuessesSpent => {
            "Many wrong codes were tried: somebody who knows the password may be guessing."
        }
        EventKind::RecoveryCodeUsed { left, purpose } => {
            let left = count(*left, "code is left", "codes are left");
            return format!("A recovery code was used {}; {left}.", of(purpose));
        }
        EventKind::RecoveryCodesReplaced => {
            "The recovery codes were replaced; the old ones no longer work."
        }
        EventKind::Reset { by, reason } => {
            let by = name(by);
            return format!(
                "Every method was removed by {by}, who issued an enrollment code. Reason: {reason}"
            );
        }
        EventKind::Imported { by, reason, factors, codes } => {
            let (by, factors) = (name(by), count(*factors, "method", "methods"));
            let codes = count(*codes, "recovery code", "recovery codes");
            return format!("{factors} and {codes} were imported by {by}. Reason: {reason}");
        }
        EventKind::ImportedCodeRejected { purpose } => {
            return format!("A wrong recovery code was refused {}.", of(purpose));
        }
        EventKind::EnrollmentCodeUsed => "The enrollment code was used.",
        EventKind::PasswordChanged => "The password was changed.",
        EventKind::Resealed { .. } => "Secrets were sealed under another key.",
        EventKind::RenameBegun { .. } | EventKind::RenamedFrom { .. } => {
            "The account moved to another identifier."
        }
        EventKind::Erased { .. } => "The account was erased.",
        EventKind::Organization { org, by, reason, change } => {
            let (org, by) = (demo::name_of(org), name(by));
            return format!("{} by {by}. Reason: {reason}", changed(org, change));
        }
        _ => "Something happened that this release has no words for.",
    };
    text.to_owned()
}

fn of(purpose: &Purpose) -> String {
    match purpose {
        Purpose::SignIn => "at a sign-in".to_owned(),
        Purpose::StepUp(action) => match action.as_str() {
            PAYOUT => "for a payout".to_owned(),
            ADMINISTER => "before something that administrators do".to_owned(),
            CHANGE_PASSWORD => "before a change of the password".to_owned(),
            "mfa.manage" => "before a change of the methods or codes".to_owned(),
            other => format!("for the action “{other}”"),
        },
        _ => "at an enrollment".to_owned(),
    }
}

/// Names what a policy requires.
pub(crate) fn required(required: Required) -> &'static str {
    match required.known() {
        Some(Strength::PhishingResistant) => "a passkey or security key",
        Some(_) => "two-factor authentication",
        None => "something that needs a newer release",
    }
}

fn changed(org: &str, change: &OrgChange) -> String {
    let days = |terms: &PolicyTerms| count(terms.grace.as_days(), "day", "days");
    let what = |strength| match strength {
        Strength::PhishingResistant => "A passkey or security key",
        _ => "Two-factor authentication",
    };
    match change {
        OrgChange::MadeRequired { strength, terms, .. } => format!(
            "{} was made required in {org}, with a transition period of {},",
            what(*strength),
            days(terms)
        ),
        OrgChange::TermsChanged { strength, from, to } => format!(
            "The transition period of {org} for {} was changed from {} to {}",
            required((*strength).into()),
            days(from),
            days(to)
        ),
        OrgChange::MadeVoluntary { strength } => {
            format!("{} was made voluntary in {org}", what(*strength))
        }
        OrgChange::MemberExtended { strength, until } => format!(
            "The transition period in {org} for {} was extended until {}",
            required((*strength).into()),
            time(*until)
        ),
        OrgChange::MemberExempted { strength, until } => {
            let ends = until.map_or_else(|| "for good".into(), |at| format!("until {}", time(at)));
            let from = required((*strength).into());
            format!("An exemption in {org} from {from} was granted {ends}")
        }
        OrgChange::ExemptionEnded => format!("The exemption in {org} was ended"),
        _ => format!("The policy of {org} was changed"),
    }
}
