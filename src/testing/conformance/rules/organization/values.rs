//! Rules about what policies and memberships hold, and whose they are.

use chrono::{DateTime, Utc};

use crate::domain::{
    Affiliation, Exemption, Extension, Membership, OrgCommit, OrgId, OrgPolicy, OrgRequirement,
    OrgRow, PolicyScope, PolicyTerms, Required, StoredMembership, Strength,
};
use crate::ports::OrgStore;
use crate::testing::conformance::Candidate;
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect, expect_list};
use crate::testing::conformance::samples::accounts::{LOOKALIKES, broken_sample, subject};
use crate::testing::conformance::samples::organizations::{Office, day, org, plain, terms};
use crate::testing::conformance::steps::organizations::{done, done_together, holds, put, refused};

rules! {
    "what is stored is read back equal"
    every_policy_comes_back_equal
    "what is stored is read back equal"
    every_membership_comes_back_equal
    "identifiers are compared byte for byte"
    organizations_that_look_alike_stay_apart
    "identifiers are compared byte for byte"
    members_that_look_alike_stay_apart
    "leaving keeps the row; `affiliations` lists what a user belongs to now"
    what_was_left_is_still_a_membership_and_no_affiliation
    "an affiliation has the policy as it is stored, a voluntary one where there is none"
    an_affiliation_carries_the_policy_that_holds_now
    "every organization that a user belongs to, however many there are"
    a_user_of_ten_thousand_organizations_belongs_to_all_of_them
    "`forget` removes every membership of the user, also those that were left, and counts them"
    forgetting_removes_every_membership_of_one_user_and_no_other
}

/// Whole microseconds at the ends of what the types hold, around zero, and in between.
fn instants() -> Vec<DateTime<Utc>> {
    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    let ends = ends.map(|end| end.timestamp_micros());
    let between = [-1, 0, 1, 999_999, 253_402_300_799_999_999, 1_800_000_000_000_001];
    let all = ends.into_iter().chain(between);
    all.filter_map(DateTime::from_timestamp_micros).collect()
}

fn every_policy() -> Result<Vec<OrgPolicy>, Violation> {
    let mut policies = vec![OrgPolicy::VOLUNTARY];
    for (number, at) in instants().into_iter().enumerate() {
        let grace = [0, 365, 1, 14][number % 4];
        for scope in [PolicyScope::OrganizationResources, PolicyScope::WholeAccount] {
            let terms: PolicyTerms = terms(grace, scope)?;
            policies.push(OrgPolicy::requiring(Strength::Standard, at, terms));
            // Every number of requirements, of this release and of newer ones.
            let each = [40, 20, 255, 30].into_iter().take(number % 4 + 1).map(|rank| {
                let required = Required::from_rank(rank)?;
                Ok(OrgRequirement { required, since: day(-i64::from(rank)), changed: at, terms })
            });
            let each = each.collect::<Result<Vec<_>, _>>().and_then(OrgPolicy::of);
            policies.push(each.map_err(broken_sample)?);
        }
    }
    Ok(policies)
}

async fn every_policy_comes_back_equal(c: Candidate) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    for (number, policy) in every_policy()?.into_iter().enumerate() {
        let first = put(&**orgs, &office.require(&format!("acme {number}"), 3)?).await?;
        let OrgRow::Organization(first) = first else { return Err(broken_sample("no policy")) };
        let commit = office.policy(&first, policy)?;
        done(&**orgs, &commit).await?;
        holds(&**orgs, commit.row(), "a policy").await?;
    }
    Ok(Outcome::Kept)
}

/// Reasons of every script, of every length there is, and such as break careless quoting.
fn reasons() -> Vec<String> {
    let mut reasons: Vec<String> = LOOKALIKES.iter().map(|name| (*name).to_owned()).collect();
    reasons.extend(["x".repeat(255), "手".repeat(85), "📱".repeat(63)]);
    reasons.push("हिन्दी العربية עברית ไทย \u{202e} \u{200b} \u{feff} e\u{301} é".into());
    reasons.push("'; DROP TABLE memberships; -- \" \\ % _ {} $1 ?1 :name @p &amp;".into());
    reasons
}

/// A membership for every instant and reason, in every part of it.
fn every_membership() -> Result<Vec<StoredMembership>, Violation> {
    let (instants, mut rows) = (instants(), Vec::new());
    for (number, reason) in reasons().into_iter().enumerate() {
        let at = |shift: usize| instants.get((number + shift) % instants.len()).copied();
        let at = |shift| at(shift).unwrap_or_else(|| day(0));
        let from = Required::from_rank([20, 40, 30, 255][number % 4]).map_err(broken_sample)?;
        let exemption = Exemption { reason: reason.clone(), from, until: Some(at(1)) };
        let extension = Extension { reason, until: at(2), granted: at(3), policy_since: at(4) };
        let row = plain("acme", &format!("member {number}"), at(0))?;
        rows.push(match number % 5 {
            0 => {
                StoredMembership { exemption: Some(Exemption { until: None, ..exemption }), ..row }
            }
            1 => StoredMembership { exemption: Some(exemption), ..row },
            2 => StoredMembership { extension: Some(extension), ..row },
            3 => StoredMembership { left_at: Some(at(4)), ..row },
            _ => StoredMembership {
                exemption: Some(exemption),
                extension: Some(extension),
                left_at: Some(at(4)),
                ..row
            },
        });
    }
    for (number, at) in instants.iter().enumerate() {
        let row = plain("acme", &format!("joined {number}"), *at)?;
        let extension =
            Extension { reason: "a test".into(), until: *at, granted: *at, policy_since: *at };
        let from = Strength::Standard.into();
        let exemption = Exemption { reason: "a test".into(), from, until: Some(*at) };
        rows.push(StoredMembership {
            left_at: Some(*at),
            exemption: Some(exemption),
            extension: Some(extension),
            ..row
        });
    }
    Ok(rows)
}

async fn every_membership_comes_back_equal(c: Candidate) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    for row in every_membership()? {
        let subject = row.subject.clone();
        let commit = office.member(row)?;
        done(&**orgs, &commit).await?;
        holds(&**orgs, commit.row(), "a membership").await?;
        let OrgRow::Membership(expected) = commit.row() else { continue };
        let all = orgs.memberships(&subject).await?;
        expect_list("the memberships of its user", std::slice::from_ref(expected), &all)?;
    }
    Ok(Outcome::Kept)
}

async fn organizations_that_look_alike_stay_apart(c: Candidate) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let mut commits: Vec<OrgCommit> = Vec::new();
    for (grace, name) in (0..).zip(LOOKALIKES) {
        commits.push(office.require(name, grace)?);
        commits.push(office.join(name, "ada")?);
        commits.push(office.join(name, &format!("member of {grace}"))?);
    }
    for commit in &commits {
        done(&**orgs, commit).await?;
    }
    for commit in &commits {
        holds(&**orgs, commit.row(), "a row of an organization with a similar name").await?;
    }
    let belongs = orgs.affiliations(&subject("ada")?).await?;
    expect("organizations that one user belongs to", &LOOKALIKES.len(), &belongs.len())?;
    for (grace, name) in (0..).zip(LOOKALIKES) {
        let acme = org(name)?;
        let of: Vec<_> = belongs.iter().filter(|a| *a.org() == acme).collect();
        let days = of.first().and_then(|a| a.policy().requirement(Strength::Standard));
        let days = days.map(|requirement| i64::from(requirement.terms.grace));
        expect(&format!("the grace period of {acme:?}"), &Some(grace), &days)?;
        let counts = orgs.counts(&acme, day(1)).await?;
        expect(&format!("the members of {acme:?}"), &2, &counts.members)?;
    }
    Ok(Outcome::Kept)
}

async fn members_that_look_alike_stay_apart(c: Candidate) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, acme) = (Office::new(1)?, org("acme")?);
    let mut rows = Vec::new();
    for name in LOOKALIKES {
        let commit = office.join("acme", name)?;
        done(&**orgs, &commit).await?;
        rows.push(commit.row().clone());
    }
    for (row, name) in rows.iter().zip(LOOKALIKES) {
        holds(&**orgs, row, "the membership of somebody with a similar name").await?;
        let ada = subject(name)?;
        expect(&format!("memberships of {ada:?}"), &1, &orgs.memberships(&ada).await?.len())?;
        expect(&format!("affiliations of {ada:?}"), &1, &orgs.affiliations(&ada).await?.len())?;
        let shown = orgs.roster_row(&acme, &ada).await?;
        let shown = shown.map(|row| row.membership.subject().clone());
        expect("whom the roster row shows", &Some(ada), &shown)?;
    }
    let counts = orgs.counts(&acme, day(1)).await?;
    expect("members", &LOOKALIKES.len(), &usize::try_from(counts.members).unwrap_or(usize::MAX))?;
    Ok(Outcome::Kept)
}

async fn what_was_left_is_still_a_membership_and_no_affiliation(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, ada) = (Office::new(1)?, subject("ada")?);
    done(&**orgs, &office.join("stays", "ada")?).await?;
    let joined = put(&**orgs, &office.join("leaves", "ada")?).await?;
    let OrgRow::Membership(joined) = joined else { return Err(broken_sample("no membership")) };
    let left = office.leave_or_rejoin(&joined)?;
    done(&**orgs, &left).await?;
    holds(&**orgs, left.row(), "the membership that was left").await?;
    let of =
        |memberships: &[std::sync::Arc<Membership>]| names(memberships.iter().map(|m| m.org()));
    let all = of(&orgs.memberships(&ada).await?);
    expect("organizations with a membership", &vec!["leaves".into(), "stays".into()], &all)?;
    expect(
        "organizations that are belonged to",
        &vec!["stays".to_owned()],
        &now(orgs, &ada).await?,
    )?;
    let OrgRow::Membership(left) = left.row() else { return Err(broken_sample("no membership")) };
    done(&**orgs, &office.leave_or_rejoin(left)?).await?;
    let back = now(orgs, &ada).await?;
    expect("organizations after coming back", &vec!["leaves".into(), "stays".into()], &back)?;
    let row = orgs.membership(&org("leaves")?, &ada).await?;
    let first = row.map(|row| row.first_joined());
    expect("the day of first joining after coming back", &Some(joined.first_joined()), &first)?;
    Ok(Outcome::Kept)
}

fn names<'a>(of: impl Iterator<Item = &'a OrgId>) -> Vec<String> {
    let mut names: Vec<String> = of.map(ToString::to_string).collect();
    names.sort_unstable();
    names
}

async fn now(
    orgs: &std::sync::Arc<dyn OrgStore>,
    of: &crate::domain::Subject,
) -> Result<Vec<String>, Violation> {
    Ok(names(orgs.affiliations(of).await?.iter().map(Affiliation::org)))
}

async fn an_affiliation_carries_the_policy_that_holds_now(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, ada) = (Office::new(1)?, subject("ada")?);
    let policy = async || -> Result<Option<Option<OrgPolicy>>, Violation> {
        let of = orgs.affiliations(&ada).await?;
        // Whether there is a policy at all is said as well: its stored version.
        Ok(of.first().map(|a| a.organization.stored_version().map(|_| *a.policy())))
    };
    done(&**orgs, &office.join("acme", "ada")?).await?;
    let of = orgs.affiliations(&ada).await?;
    let asks = of.first().map(|a| *a.policy());
    expect("what an organization without a policy asks", &Some(OrgPolicy::VOLUNTARY), &asks)?;
    expect("the policy of such an organization", &Some(None), &policy().await?)?;
    let mut row = put(&**orgs, &office.require("acme", 14)?).await?;
    for _ in 0..3 {
        let OrgRow::Organization(stored) = &row else { return Err(broken_sample("no policy")) };
        let asked = Some(Some(*stored.policy()));
        expect("the policy in an affiliation", &asked, &policy().await?)?;
        row = put(&**orgs, &office.touch(&row)?).await?;
    }
    Ok(Outcome::Kept)
}

async fn a_user_of_ten_thousand_organizations_belongs_to_all_of_them(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, ada) = (Office::new(1)?, subject("ada")?);
    let mut expected: Vec<(OrgId, bool)> = Vec::new();
    let mut commits = Vec::new();
    for number in 0..c.crowd.saturating_mul(2) {
        let name = format!("org {number:06}");
        commits.push(office.join(&name, "ada")?);
        if number % 100 == 0 {
            commits.push(office.require(&name, 14)?);
        }
        expected.push((org(&name)?, number % 100 == 0));
    }
    done_together(&**orgs, &commits).await?;
    let belongs = orgs.affiliations(&ada).await?;
    let asks = |a: &Affiliation| (a.org().clone(), !a.policy().is_voluntary());
    let mut came: Vec<_> = belongs.iter().map(asks).collect();
    came.sort_unstable();
    expect_list("the affiliations of one user, and what they ask", &expected, &came)?;
    expect("memberships", &expected.len(), &orgs.memberships(&ada).await?.len())?;
    Ok(Outcome::Kept)
}

async fn forgetting_removes_every_membership_of_one_user_and_no_other(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, ada, acme) = (Office::new(1)?, subject("ada")?, org("acme")?);
    for name in ["acme", "other"] {
        done(&**orgs, &office.join(name, "ada")?).await?;
    }
    let left = StoredMembership { left_at: Some(day(0)), ..plain("left", "ada", day(-9))? };
    done(&**orgs, &office.member(left)?).await?;
    let bob = put(&**orgs, &office.join("acme", "bob")?).await?;
    let policy = put(&**orgs, &office.require("acme", 14)?).await?;
    expect("memberships that were forgotten", &3, &orgs.forget(&ada).await?)?;
    expect("memberships after it", &0, &orgs.memberships(&ada).await?.len())?;
    expect("affiliations after it", &0, &orgs.affiliations(&ada).await?.len())?;
    expect("the roster row after it", &None, &orgs.roster_row(&acme, &ada).await?)?;
    expect("members after it", &1, &orgs.counts(&acme, day(1)).await?.members)?;
    holds(&**orgs, &bob, "another member").await?;
    holds(&**orgs, &policy, "the policy").await?;
    expect("forgetting again", &0, &orgs.forget(&ada).await?)?;
    let again = office.join("acme", "ada")?;
    let reborn = put(&**orgs, &again).await?;
    refused(&**orgs, &again, "the same creation again").await?;
    holds(&**orgs, &reborn, "who came back is new").await?;
    Ok(Outcome::Kept)
}
