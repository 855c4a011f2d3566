//! Rules about the administrators' overview.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::domain::{
    Exemption, OrgRow, Organization, ReminderSchedule, RosterFilter, RosterRow, StoredMembership,
    Strength, Subject, Version,
};
use crate::testing::conformance::Candidate;
use crate::testing::conformance::join::{Boxed, join_all};
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect, expect_list};
use crate::testing::conformance::samples::accounts::{Author, broken_sample, subject};
use crate::testing::conformance::samples::organizations::{Office, day, org, plain, required};
use crate::testing::conformance::samples::rosters::{
    Dice, Known, pages, place, query, rank_of, same,
};
use crate::testing::conformance::steps::accounts::{committed, created};
use crate::testing::conformance::steps::organizations::{done, done_together, protect, put, rank};

rules! {
    "a roster admits exactly the rows that `RosterFilter::admits` admits, in the order of `RosterRow::key`; `counts` agrees"
    rosters_and_counts_are_what_a_walk_over_the_members_finds
    "with `walled_within`, only those who are walled after the first instant and not after the second"
    a_roster_within_a_range_of_deadlines_lists_those_of_the_range
    "`roster_row` is one member as a roster shows it; `None` for somebody who is none, or no longer"
    a_roster_row_is_what_the_roster_shows
    "`after` is a place in the order, not a number of rows"
    pages_of_a_roster_stay_in_place_while_members_come_and_go
    "exemptions that end make rows cross over by themselves: filter by `now`"
    an_exemption_ends_by_the_clock_alone
    "the strength of the account is written in the transaction of the account's commit"
    joining_while_mfa_is_switched_on_does_not_miss_it
    "the place of every member follows the policy: written again when the policy changes"
    a_changed_policy_reorders_its_roster
    "the place of every member follows the policy: written again when the policy changes"
    joining_while_the_policy_changes_does_not_miss_it
    "read no more than the page for a page"
    a_large_roster_pages_to_its_end
}

async fn rosters_and_counts_are_what_a_walk_over_the_members_finds(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, mut author) = (Office::new(1)?, Author::new(2));
    let ranks = |number: u32| rank_of(number, 4);
    for number in 0..40 {
        let who = subject(&format!("user {number:03}"))?;
        rank(&*c.accounts, &mut author, &who, ranks(number)).await?;
    }
    for seed in 0..12 {
        let (mut dice, name) = (Dice::new(seed), format!("org {seed}"));
        let known = Known::any(&**orgs, &mut office, &mut dice, &name, 40, ranks).await?;
        for now in known.times(&mut dice) {
            known.agrees(&**orgs, now, dice.of(&[1, 3, 7, 100], 1_000)).await?;
        }
    }
    let nowhere = Organization::absent(org("nowhere")?, Version::first([1; 8]));
    Known { organization: nowhere, rows: Vec::new() }.agrees(&**orgs, day(1), 10).await?;
    Ok(Outcome::Kept)
}

async fn a_roster_within_a_range_of_deadlines_lists_those_of_the_range(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, mut author) = (Office::new(1)?, Author::new(2));
    let ranks = |number: u32| rank_of(number, 3);
    for number in 0..40 {
        let who = subject(&format!("user {number:03}"))?;
        rank(&*c.accounts, &mut author, &who, ranks(number)).await?;
    }
    let schedule = ReminderSchedule::days_before([30, 7, 1, 0]).map_err(broken_sample)?;
    for seed in 100..106 {
        let (mut dice, name) = (Dice::new(seed), format!("org {seed}"));
        let known = Known::any(&**orgs, &mut office, &mut dice, &name, 40, ranks).await?;
        let policy = known.organization.policy();
        let mut times = known.times(&mut dice);
        times.sort_unstable();
        for pair in times.windows(2) {
            let &[from, to] = pair else { continue };
            for range in schedule.due(&known.organization, from, to) {
                let Some((lo, hi)) = range.query().walled_within() else { continue };
                let mut expected = known.walked(range.query().filter(), range.query().now());
                let within = |row: &RosterRow| row.key(policy).walled_from;
                expected.retain(|row| within(row).is_some_and(|at| lo < at && at <= hi));
                let came = pages(&**orgs, range.query().clone()).await?;
                same(&format!("members walled after {lo}, not after {hi}"), &expected, &came)?;
            }
        }
    }
    Ok(Outcome::Kept)
}

async fn a_roster_row_is_what_the_roster_shows(c: Candidate) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, mut author, acme) = (Office::new(1)?, Author::new(2), org("acme")?);
    let (mut dice, ranks) = (Dice::new(7), |number| rank_of(number, 5));
    for number in 0..30 {
        let who = subject(&format!("user {number:03}"))?;
        rank(&*c.accounts, &mut author, &who, ranks(number)).await?;
    }
    let known = Known::any(&**orgs, &mut office, &mut dice, "acme", 30, ranks).await?;
    for row in &known.rows {
        let came = orgs.roster_row(&acme, row.membership.subject()).await?;
        let shown = if row.membership.is_member() { vec![row.clone()] } else { Vec::new() };
        same("the row of one member", &shown, &Vec::from_iter(came))?;
        let elsewhere = orgs.roster_row(&org("other")?, row.membership.subject()).await?;
        expect("the row in an organization that is another", &None, &elsewhere)?;
    }
    Ok(Outcome::Kept)
}

async fn pages_of_a_roster_stay_in_place_while_members_come_and_go(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    for seed in 200..204 {
        let (mut dice, name) = (Dice::new(seed), format!("org {seed}"));
        let known = Known::any(&**orgs, &mut office, &mut dice, &name, 60, |_| 0).await?;
        let (policy, now) = (known.organization.policy(), day(1));
        let mut stays = known.walked(RosterFilter::WithoutMfa, now);
        let mut next = Some(query(&known.organization, RosterFilter::WithoutMfa, 5, now)?);
        let (mut seen, mut round) = (Vec::<RosterRow>::new(), 0);
        while let Some(query) = next {
            let page = orgs.roster(&query).await?;
            next = query.following(&page);
            seen.extend(page.rows);
            // Whoever goes now is not expected: to be seen before is as good as never.
            let anybody = usize::try_from(dice.below(60)).unwrap_or(0) % stays.len().max(1);
            // Often the one whose place the next page begins behind.
            let last = seen.last().filter(|_| round % 3 == 0).map(|row| row.membership.subject());
            let goes = stays.iter().position(|row| Some(row.membership.subject()) == last);
            let goes = goes.unwrap_or(anybody);
            if let Some(row) = (round < 20 && goes < stays.len()).then(|| stays.remove(goes)) {
                if round % 2 == 0 {
                    orgs.forget(row.membership.subject()).await?;
                } else {
                    done(&**orgs, &office.leave_or_rejoin(&row.membership)?).await?;
                }
                let who = format!("user {:03} too", dice.below(60));
                let comes = dice.member(&name, &who)?;
                // The same name may come up again: then there is nobody new.
                let _ = orgs.commit(&office.member(comes)?).await?;
            }
            round += 1;
            if round > 1_000 {
                return Err(Violation::new("a thousand pages of sixty members do not end"));
            }
        }
        let keys: Vec<_> = seen.iter().map(|row| place(&row.key(policy))).collect();
        let mut ascending = keys.clone();
        ascending.sort();
        ascending.dedup();
        expect_list("the places of all rows that were seen", &ascending, &keys)?;
        let stayed: BTreeSet<&Subject> = stays.iter().map(|row| row.membership.subject()).collect();
        seen.retain(|row| stayed.contains(row.membership.subject()));
        same("those who were there all the time", &stays, &seen)?;
    }
    Ok(Outcome::Kept)
}

async fn an_exemption_ends_by_the_clock_alone(c: Candidate) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let first = put(&**orgs, &office.require("acme", 3)?).await?;
    let OrgRow::Organization(first) = &first else { return Err(broken_sample("no policy")) };
    let policy = put(&**orgs, &office.policy(first, required(0, 10)?)?).await?;
    let OrgRow::Organization(policy) = &policy else { return Err(broken_sample("no policy")) };
    let mut known = Known { organization: (**policy).clone(), rows: Vec::new() };
    // Before the deadline, at it, behind it, and never.
    for (number, until) in [Some(5), Some(10), Some(20), None].into_iter().enumerate() {
        let row = plain("acme", &format!("user {number}"), day(-1))?;
        let from = Strength::Standard.into();
        let exemption = Exemption { reason: "on leave".into(), from, until: until.map(day) };
        let row = StoredMembership { exemption: Some(exemption), ..row };
        known.join(&**orgs, &mut office, row, None).await?;
    }
    let micro = TimeDelta::microseconds(1);
    for days in [4, 5, 10, 20, 30] {
        for now in [day(days) - micro, day(days), day(days) + micro] {
            known.agrees(&**orgs, now, 2).await?;
        }
    }
    // Another server's clock may be behind.
    for days in [20, 10, 5] {
        known.agrees(&**orgs, day(days) - micro, 2).await?;
    }
    Ok(Outcome::Kept)
}

async fn a_changed_policy_reorders_its_roster(c: Candidate) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, mut author, mut dice) = (Office::new(1)?, Author::new(2), Dice::new(300));
    let ranks = |number: u32| rank_of(number, 3);
    for number in 0..40 {
        let who = subject(&format!("user {number:03}"))?;
        rank(&*c.accounts, &mut author, &who, ranks(number)).await?;
    }
    let other = Known::any(&**orgs, &mut office, &mut dice, "other", 20, ranks).await?;
    let mut acme = Known::any(&**orgs, &mut office, &mut dice, "acme", 40, ranks).await?;
    for _ in 0..12 {
        acme.set_policy(&**orgs, &mut office, &mut dice).await?;
        for now in acme.times(&mut dice).into_iter().take(3) {
            acme.agrees(&**orgs, now, dice.of(&[4, 1_000], 9)).await?;
        }
    }
    other.agrees(&**orgs, day(3), 100).await?;
    Ok(Outcome::Kept)
}

/// A membership that is written from what was read a moment ago, past an account or a policy that
/// changes in that moment, is wrong until the next change: for years.
async fn joining_while_mfa_is_switched_on_does_not_miss_it(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let other = c.other_organizations.as_ref().unwrap_or(orgs);
    let (mut office, mut author) = (Office::new(1)?, Author::new(2));
    for round in 0..16 {
        let (who, handle) = (format!("user {round}"), if round % 4 < 2 { orgs } else { other });
        let user = subject(&who)?;
        let stored = if round % 2 == 0 {
            Some(created(&*c.accounts, &mut author, &who).await?)
        } else {
            None
        };
        let (on, _) = author.switch_on(&user, stored.as_deref())?;
        let join = office.join("acme", &who)?;
        let switching: Boxed<'_, Result<(), Violation>> = Box::pin(committed(&*c.accounts, &on));
        let joining: Boxed<'_, Result<(), Violation>> = Box::pin(done(&**handle, &join));
        let both = if round % 8 < 4 { vec![joining, switching] } else { vec![switching, joining] };
        join_all(both).await.into_iter().collect::<Result<Vec<()>, _>>()?;
        let row = orgs.roster_row(&org("acme")?, &user).await?;
        let on = row.map(|row| row.strength);
        let standard = Some(Some(Strength::Standard));
        expect("MFA that was switched on while its owner joined", &standard, &on)?;
        let protected = orgs.counts(&org("acme")?, day(1)).await?.protected();
        expect("members with MFA", &(round + 1), &protected)?;
    }
    Ok(Outcome::Kept)
}

async fn joining_while_the_policy_changes_does_not_miss_it(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let other = c.other_organizations.as_ref().unwrap_or(orgs);
    let (mut office, mut dice) = (Office::new(1)?, Dice::new(400));
    for round in 0..12 {
        let name = format!("org {round}");
        let mut known = Known::any(&**orgs, &mut office, &mut dice, &name, 3, |_| 0).await?;
        known.set_policy(&**orgs, &mut office, &mut dice).await?;
        let policy = office.policy(&known.organization, required(round, 30 - round)?)?;
        let changing: Boxed<'_, Result<(), Violation>> = Box::pin(done(&**orgs, &policy));
        let mut joins = Vec::new();
        for number in 0..4 {
            joins.push(office.member(dice.member(&name, &format!("new {number}"))?)?);
        }
        let joining = joins.iter().map(|join| -> Boxed<'_, Result<(), Violation>> {
            Box::pin(done(if round % 2 == 0 { &**orgs } else { &**other }, join))
        });
        let mut all: Vec<_> = joining.collect();
        let turn = usize::try_from(round).unwrap_or_default() % 5;
        all.insert(turn, changing);
        join_all(all).await.into_iter().collect::<Result<Vec<()>, _>>()?;
        known.takes(policy.row())?;
        for join in &joins {
            if let OrgRow::Membership(membership) = join.row() {
                known.knows(std::sync::Arc::clone(membership), None);
            }
        }
        for now in [day(round), day(15), day(40)] {
            known.agrees(&**orgs, now, 100).await?;
        }
    }
    Ok(Outcome::Kept)
}

async fn a_large_roster_pages_to_its_end(c: Candidate) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, mut author, now) = (Office::new(1)?, Author::new(2), day(20));
    let policy = put(&**orgs, &office.require("acme", 14)?).await?;
    let OrgRow::Organization(policy) = &policy else { return Err(broken_sample("no policy")) };
    let mut known = Known { organization: (**policy).clone(), rows: Vec::new() };
    expect("the policy", &true, &!policy.policy().is_voluntary())?;
    let mut commits = Vec::new();
    for number in 0..c.crowd {
        let (who, protected) = (format!("user {number:07}"), number.is_multiple_of(100));
        if protected {
            protect(&*c.accounts, &mut author, &subject(&who)?).await?;
        }
        let joined = day(i64::from(number % 30));
        commits.push(office.member(plain("acme", &who, joined)?)?);
        if let Some(OrgRow::Membership(row)) = commits.last().map(|commit| commit.row()) {
            let membership = std::sync::Arc::clone(row);
            let strength = protected.then_some(Strength::Standard);
            known.rows.push(RosterRow { membership, strength, last_signed_in: None });
        }
    }
    done_together(&**orgs, &commits).await?;
    for filter in RosterFilter::ALL {
        let came = pages(&**orgs, query(&known.organization, filter, 1_000, now)?).await?;
        same(&format!("{filter:?}"), &known.walked(filter, now), &came)?;
    }
    expect("the counts", &known.counted(now), &orgs.counts(&org("acme")?, now).await?)?;
    Ok(Outcome::Kept)
}
