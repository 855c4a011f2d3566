//! What an administrator sees and does: the policy, the members, one member.

pub(crate) mod deed;
pub(crate) mod member;
pub(crate) mod overview;
pub(crate) mod policy;
pub(crate) mod proposal;
mod standing;

use mfakit::organization::OrgRefusal;
use mfakit::store::Version;
use mfakit::{Error, Refusal};

use super::Problem;
use crate::words;

/// The overview.
const PATH: &str = "/organization";

/// What a refusal means for the one who filled in the form; anything else is a problem.
fn explain(error: Error) -> Result<String, Problem> {
    let Error::Refused(refusal) = &error else { return Err(error.into()) };
    Ok(match refusal {
        Refusal::NotEnabled => {
            "This member has no two-factor authentication: there is nothing to reset.".to_owned()
        }
        Refusal::Organization(refusal) => match refusal {
            OrgRefusal::ActorNotEnrolled => {
                "Set up two-factor authentication for yourself first.".to_owned()
            }
            OrgRefusal::ActorTooWeak(_) => {
                "Set up for yourself first what the policy requires, or say that you know it."
                    .to_owned()
            }
            OrgRefusal::NothingToChange => "That is the policy already.".to_owned(),
            OrgRefusal::NotRequired => {
                "Two-factor authentication is voluntary here: there is no deadline to move."
                    .to_owned()
            }
            OrgRefusal::ChangedSince => {
                "Somebody else has changed the policy meanwhile. This is how it is now.".to_owned()
            }
            OrgRefusal::ExtensionOutOfRange { after, up_to } => format!(
                "The new deadline has to be after {} and no later than {}.",
                words::time(*after),
                words::time(*up_to)
            ),
            OrgRefusal::ExemptionOver => "An exemption has to end in the future.".to_owned(),
            OrgRefusal::NotExempt => "This member is not exempt any more.".to_owned(),
            _ => return Err(error.into()),
        },
        _ => return Err(error.into()),
    })
}

/// The version of the policy that a page shows, for the form on it.
fn seen(version: Option<Version>) -> String {
    version.map_or_else(String::new, |version| version.number().to_string())
}

/// The version that a form was shown with.
fn had_seen(field: &str) -> Option<Version> {
    field.parse().ok().and_then(|number| Version::from_stored(number).ok())
}
