//! Rules about the strength of accounts, as the overview shows it.

use crate::domain::{OrgRow, Organization, RosterCounts, RosterFilter, Strength, Subject, Version};
use crate::testing::conformance::Candidate;
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect};
use crate::testing::conformance::samples::accounts::{Author, broken_sample, subject};
use crate::testing::conformance::samples::organizations::{Office, day, org};
use crate::testing::conformance::samples::rosters::{RANKS, pages, query};
use crate::testing::conformance::steps::accounts::{committed, created, loaded};
use crate::testing::conformance::steps::organizations::{done, protect, put, rank};

rules! {
    "the strength of the account is written in the transaction of the account's commit"
    mfa_switched_on_or_off_shows_in_every_roster_of_the_user
    "the strength of an account is that of `Account::strength`, whatever the ranks of its factors"
    a_stronger_or_weaker_factor_shows_in_every_roster_of_the_user
}

async fn mfa_switched_on_or_off_shows_in_every_roster_of_the_user(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, mut author) = (Office::new(1)?, Author::new(2));
    let shown = async |who: &Subject, on: bool, when: &str| -> Result<(), Violation> {
        for name in ["acme", "other"] {
            let row = orgs.roster_row(&org(name)?, who).await?;
            let strength = on.then_some(Strength::Standard);
            let shown = row.map(|row| row.strength);
            expect(&format!("the strength of {who:?} {when}"), &Some(strength), &shown)?;
            let counts = orgs.counts(&org(name)?, day(1)).await?;
            let expected = RosterCounts {
                members: 1,
                standard: u64::from(on),
                phishing_resistant: 0,
                ..counts
            };
            expect(&format!("the counts {when}"), &expected, &counts)?;
            let organization = Organization::absent(org(name)?, Version::first([1; 8]));
            let with = RosterFilter::With(Strength::Standard);
            for (filter, listed) in [(with, on), (RosterFilter::WithoutMfa, !on)] {
                let listing = pages(&**orgs, query(&organization, filter, 10, day(1))?).await?;
                expect(&format!("{filter:?} {when}"), &usize::from(listed), &listing.len())?;
            }
        }
        Ok(())
    };
    // An account from before the membership, without and with MFA, and one that comes after it.
    for (who, before) in [("ada", Some(false)), ("bob", Some(true)), ("eve", None)] {
        let subject = subject(who)?;
        let mut session = None;
        match before {
            Some(true) => session = Some(protect(&*c.accounts, &mut author, &subject).await?),
            Some(false) => {
                created(&*c.accounts, &mut author, who).await?;
            }
            None => {}
        }
        for name in ["acme", "other"] {
            done(&**orgs, &office.join(name, who)?).await?;
        }
        shown(&subject, before == Some(true), "after joining").await?;
        let session = match session {
            Some(session) => session,
            None => protect(&*c.accounts, &mut author, &subject).await?,
        };
        shown(&subject, true, "switched on").await?;
        let account = loaded(&*c.accounts, &subject).await?;
        let off = author.switch_off(&account, &session)?;
        committed(&*c.accounts, &off).await?;
        shown(&subject, false, "switched off").await?;
        protect(&*c.accounts, &mut author, &subject).await?;
        shown(&subject, true, "switched on again").await?;
        // The fact follows somebody who has left, too.
        let member = orgs.membership(&org("acme")?, &subject).await?;
        let member = member.ok_or_else(|| Violation::new("the membership is gone"))?;
        let left = put(&**orgs, &office.leave_or_rejoin(&member)?).await?;
        let account = loaded(&*c.accounts, &subject).await?;
        let erased = author.erase(&account)?;
        committed(&*c.accounts, &erased).await?;
        let OrgRow::Membership(left) = &left else { return Err(broken_sample("no membership")) };
        done(&**orgs, &office.leave_or_rejoin(left)?).await?;
        shown(&subject, false, "after the account was erased").await?;
        orgs.forget(&subject).await?;
    }
    Ok(Outcome::Kept)
}

/// The account goes through every rank, also those that this release does not know: they count for
/// the strength that they reach.
async fn a_stronger_or_weaker_factor_shows_in_every_roster_of_the_user(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, mut author, ada) = (Office::new(1)?, Author::new(2), subject("ada")?);
    for name in ["acme", "other"] {
        done(&**orgs, &office.join(name, "ada")?).await?;
    }
    let and_back = RANKS.into_iter().chain([0, 40]).chain(RANKS.into_iter().rev()).chain([0]);
    for number in and_back {
        rank(&*c.accounts, &mut author, &ada, number).await?;
        let strength = Strength::reached_by(number);
        for name in ["acme", "other"] {
            let when = format!("with a factor of rank {number}");
            let row = orgs.roster_row(&org(name)?, &ada).await?;
            let shown = row.map(|row| row.strength);
            expect(&format!("the strength {when}"), &Some(strength), &shown)?;
            let counts = orgs.counts(&org(name)?, day(1)).await?;
            let count = |of| u64::from(strength == Some(of));
            let expected = RosterCounts {
                members: 1,
                standard: count(Strength::Standard),
                phishing_resistant: count(Strength::PhishingResistant),
                ..counts
            };
            expect(&format!("the counts {when}"), &expected, &counts)?;
            let organization = Organization::absent(org(name)?, Version::first([1; 8]));
            let with = Strength::ALL.into_iter().map(RosterFilter::With);
            for filter in with.chain([RosterFilter::WithoutMfa]) {
                let listing = pages(&**orgs, query(&organization, filter, 10, day(1))?).await?;
                let listed = filter == RosterFilter::of(strength);
                expect(&format!("{filter:?} {when}"), &usize::from(listed), &listing.len())?;
            }
        }
    }
    Ok(Outcome::Kept)
}
