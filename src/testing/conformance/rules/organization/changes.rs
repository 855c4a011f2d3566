//! Rules about what becomes visible of a change to an organization, and when.

use chrono::DateTime;

use crate::domain::{Account, Event, EventId, OrgRow, Stamp, Subject};
use crate::ports::{OrgStore, PolicyRevision};
use crate::testing::conformance::Candidate;
use crate::testing::conformance::join::{Boxed, poll_and_drop};
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect, expect_list};
use crate::testing::conformance::samples::accounts::{Author, broken_sample, subject};
use crate::testing::conformance::samples::organizations::{
    Kind, Office, day, org, parts, remembers,
};
use crate::testing::conformance::steps::accounts::{committed, created, loaded};
use crate::testing::conformance::steps::events::{logged, read_all};
use crate::testing::conformance::steps::organizations::{
    done, holds, made, protect, put, refused, stored,
};

rules! {
    "a conflict stores nothing: neither the row nor its events nor anything that follows from it"
    a_refused_change_of_a_policy_leaves_nothing
    "a conflict stores nothing: neither the row nor its events nor anything that follows from it"
    a_refused_change_of_a_membership_leaves_nothing
    "a future dropped half-way leaves the old row or the new one, with its events or without"
    a_change_of_a_policy_dropped_half_way_leaves_the_old_or_the_new
    "a future dropped half-way leaves the old row or the new one, with its events or without"
    a_change_of_a_membership_dropped_half_way_leaves_the_old_or_the_new
    "events of organizations are appended where those of accounts are, in one order"
    events_of_organizations_and_accounts_share_one_log
    "the revision is another one whenever a policy of one of the user's organizations has changed"
    the_revision_changes_with_every_policy_of_the_user
    "the revision is another one whenever one of the user's memberships has changed"
    the_revision_changes_with_every_membership_of_the_user
    "`account` is the account's stamp, and `Stamp::NONE` where there is no row"
    stamps_follow_the_account
    "`policies` is what `OrgStore::revision` answers, in the same snapshot as the account's stamp"
    stamps_follow_policies_and_memberships
}

async fn a_refused_change_of_a_policy_leaves_nothing(c: Candidate) -> Result<Outcome, Violation> {
    refused_leaves_nothing(&c, Kind::Policy).await
}

async fn a_refused_change_of_a_membership_leaves_nothing(
    c: Candidate,
) -> Result<Outcome, Violation> {
    refused_leaves_nothing(&c, Kind::Membership).await
}

async fn refused_leaves_nothing(c: &Candidate, kind: Kind) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, acme, ada) = (Office::new(1)?, org("acme")?, subject("ada")?);
    // The other row is there too, so that there is a roster to spoil.
    let mut rows = Vec::new();
    for kind in [Kind::Policy, Kind::Membership] {
        rows.push(made(&**orgs, &mut office, kind, "acme").await?);
    }
    let row = rows.swap_remove(usize::from(kind == Kind::Membership));
    let stale = match &row {
        OrgRow::Organization(_) => office.touch(&row)?,
        OrgRow::Membership(member) => office.leave_or_rejoin(member)?,
    };
    let other = office.touch(&row)?;
    let second = put(&**orgs, &office.touch(&row)?).await?;
    let creation = office.create(kind, "acme")?;
    let events = logged(c.log.as_deref()).await?;
    let revision = orgs.revision(&ada).await?;
    let counts = orgs.counts(&acme, day(1)).await?;
    let shown = orgs.roster_row(&acme, &ada).await?;
    for commit in [&stale, &other, &creation] {
        refused(&**orgs, commit, "a commit with a version that is not the stored one").await?;
        holds(&**orgs, &second, "the row after a refused commit").await?;
        expect("the revision after it", &revision, &orgs.revision(&ada).await?)?;
        expect_list("the events after it", &events, &logged(c.log.as_deref()).await?)?;
        expect("the counts after it", &counts, &orgs.counts(&acme, day(1)).await?)?;
        expect("the roster row after it", &shown, &orgs.roster_row(&acme, &ada).await?)?;
    }
    Ok(Outcome::Kept)
}

async fn a_change_of_a_policy_dropped_half_way_leaves_the_old_or_the_new(
    c: Candidate,
) -> Result<Outcome, Violation> {
    dropped_leaves_old_or_new(&c, Kind::Policy).await
}

async fn a_change_of_a_membership_dropped_half_way_leaves_the_old_or_the_new(
    c: Candidate,
) -> Result<Outcome, Violation> {
    dropped_leaves_old_or_new(&c, Kind::Membership).await
}

async fn dropped_leaves_old_or_new(c: &Candidate, kind: Kind) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let mut row = made(&**orgs, &mut office, kind, "acme").await?;
    for polls in 0..12 {
        let commit = office.touch(&row)?;
        let attempt: Boxed<'_, _> = orgs.commit(&commit);
        let answered = poll_and_drop(attempt, polls).await.is_some();
        let came = stored(&**orgs, &row).await?.as_ref().map(parts);
        let (old, new) = (Some(parts(&row)), Some(parts(commit.row())));
        if came != new && (answered || came != old) {
            return Err(Violation::new(format!(
                "a commit dropped after {polls} polls: expected {old:?} or {new:?}, the latter if \
                 it was answered ({answered}), but {came:?} came"
            )));
        }
        // What was dropped may still arrive, until another commit on the same row is answered.
        row = settled(&**orgs, &mut office, row).await?;
        let happened = remembers(&row, commit.id());
        if c.log.is_some() {
            let of = |id: &&EventId| id.commit == commit.id();
            let events = logged(c.log.as_deref()).await?.iter().filter(of).count();
            expect("events of a dropped commit", &usize::from(happened), &events)?;
        }
    }
    Ok(Outcome::Kept)
}

/// Changes the row until a change is answered.
async fn settled(
    orgs: &dyn OrgStore,
    office: &mut Office,
    mut row: OrgRow,
) -> Result<OrgRow, Violation> {
    for _ in 0..100 {
        row = stored(orgs, &row).await?.ok_or_else(|| Violation::new("the row is gone"))?;
        let commit = office.touch(&row)?;
        if orgs.commit(&commit).await? == crate::domain::CommitOutcome::Committed {
            return Ok(commit.row().clone());
        }
    }
    Err(Violation::new("a row that nobody else writes conflicts a hundred times"))
}

async fn events_of_organizations_and_accounts_share_one_log(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let (Some(orgs), Some(log)) = (&c.organizations, &c.log) else {
        return Ok(Outcome::NotOffered);
    };
    let (mut office, mut author) = (Office::new(1)?, Author::new(2));
    let mut account = created(&*c.accounts, &mut author, "ada").await?;
    let mut policy = made(&**orgs, &mut office, Kind::Policy, "acme").await?;
    let mut member = made(&**orgs, &mut office, Kind::Membership, "acme").await?;
    let mut written: Vec<Event> = read_all(&**log, None, 100).await?;
    expect("events after an account, a policy and a membership were made", &2, &written.len())?;
    for _ in 0..6 {
        for row in [&mut policy, &mut member] {
            let commit = office.touch(row)?;
            written.extend_from_slice(commit.events());
            *row = put(&**orgs, &commit).await?;
        }
        let commit = author.touch(&account)?;
        written.extend_from_slice(commit.events());
        committed(&*c.accounts, &commit).await?;
        account = loaded(&*c.accounts, account.subject()).await?;
    }
    // And one of the widest there is.
    if let OrgRow::Membership(member) = &member {
        let until = DateTime::from_timestamp_micros(253_402_300_799_999_999);
        let commit = office.exempt(member, until, &"\"手\\'📱 ".repeat(22))?;
        written.extend_from_slice(commit.events());
        done(&**orgs, &commit).await?;
    }
    let read = read_all(&**log, None, 100).await?;
    expect_list("the events of two organizations' rows and an account", &written, &read)?;
    expect("events of all, in one log", &21, &read.len())?;
    Ok(Outcome::Kept)
}

/// Every revision that was given so far. A guard that remembers any of them must see that it has
/// changed, so none may come back.
struct Revisions<'a> {
    orgs: &'a dyn OrgStore,
    of: Subject,
    given: Vec<PolicyRevision>,
}

impl Revisions<'_> {
    async fn another(&mut self, after: &str) -> Result<(), Violation> {
        let now = self.orgs.revision(&self.of).await?;
        if self.given.contains(&now) {
            return Err(Violation::new(format!(
                "the revision after {after}: expected one that is none of {:?}, but {now:?} came",
                self.given
            )));
        }
        self.given.push(now);
        Ok(())
    }
}

async fn the_revision_changes_with_every_policy_of_the_user(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let mut revisions = Revisions { orgs: &**orgs, of: subject("ada")?, given: Vec::new() };
    for name in ["acme", "other"] {
        done(&**orgs, &office.join(name, "ada")?).await?;
        revisions.another("joining").await?;
    }
    let mut rows = Vec::new();
    for name in ["acme", "other"] {
        rows.push(put(&**orgs, &office.require(name, 14)?).await?);
        revisions.another("the first policy of an organization").await?;
    }
    for _ in 0..3 {
        for row in &mut rows {
            *row = put(&**orgs, &office.touch(row)?).await?;
            revisions.another("a change of policy").await?;
        }
    }
    Ok(Outcome::Kept)
}

async fn the_revision_changes_with_every_membership_of_the_user(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let (mut office, ada) = (Office::new(1)?, subject("ada")?);
    done(&**orgs, &office.require("acme", 14)?).await?;
    let mut revisions = Revisions { orgs: &**orgs, of: ada.clone(), given: Vec::new() };
    revisions.another("nothing").await?;
    for name in ["acme", "other"] {
        let mut row = put(&**orgs, &office.join(name, "ada")?).await?;
        revisions.another("joining").await?;
        for what in ["an exemption", "leaving", "coming back", "another exemption"] {
            let OrgRow::Membership(member) = &row else { return Err(broken_sample("no member")) };
            let commit = match what {
                "leaving" | "coming back" => office.leave_or_rejoin(member)?,
                _ => office.exempt(member, None, what)?,
            };
            row = put(&**orgs, &commit).await?;
            revisions.another(what).await?;
        }
    }
    orgs.forget(&ada).await?;
    revisions.another("being forgotten").await?;
    done(&**orgs, &office.join("acme", "ada")?).await?;
    revisions.another("joining anew").await?;
    Ok(Outcome::Kept)
}

async fn stamps_follow_the_account(c: Candidate) -> Result<Outcome, Violation> {
    let Some(stamps) = &c.stamps else { return Ok(Outcome::NotOffered) };
    let (mut author, ada) = (Author::new(2), subject("ada")?);
    created(&*c.accounts, &mut author, "Ada").await?;
    let none = stamps.stamps(&ada).await?.account;
    expect("the stamp of somebody without a row", &Stamp::NONE, &none)?;
    let session = protect(&*c.accounts, &mut author, &ada).await?;
    let agree = async |account: &Account| -> Result<(), Violation> {
        let came = stamps.stamps(&ada).await?.account;
        expect("the stamp of the account", &account.stamp(), &came)
    };
    let mut account = loaded(&*c.accounts, &ada).await?;
    agree(&account).await?;
    // A setup that begins changes the account's version and not its stamp.
    committed(&*c.accounts, &author.begin_setup(&account, &session)?).await?;
    for _ in 0..4 {
        account = loaded(&*c.accounts, &ada).await?;
        agree(&account).await?;
        committed(&*c.accounts, &author.touch(&account)?).await?;
    }
    account = loaded(&*c.accounts, &ada).await?;
    let erase = author.erase(&account)?;
    committed(&*c.accounts, &erase).await?;
    let none = stamps.stamps(&ada).await?.account;
    expect("the stamp after the account is erased", &Stamp::NONE, &none)?;
    Ok(Outcome::Kept)
}

async fn stamps_follow_policies_and_memberships(c: Candidate) -> Result<Outcome, Violation> {
    let (Some(stamps), Some(orgs)) = (&c.stamps, &c.organizations) else {
        return Ok(Outcome::NotOffered);
    };
    let (mut office, mut author, ada) = (Office::new(1)?, Author::new(2), subject("ada")?);
    let agree = async || -> Result<(), Violation> {
        let came = stamps.stamps(&ada).await?.policies;
        expect("the revision among the stamps", &orgs.revision(&ada).await?, &came)
    };
    agree().await?;
    let mut member = made(&**orgs, &mut office, Kind::Membership, "acme").await?;
    agree().await?;
    let mut policy = made(&**orgs, &mut office, Kind::Policy, "acme").await?;
    agree().await?;
    created(&*c.accounts, &mut author, "ada").await?;
    agree().await?;
    for _ in 0..3 {
        policy = put(&**orgs, &office.touch(&policy)?).await?;
        agree().await?;
        member = put(&**orgs, &office.touch(&member)?).await?;
        agree().await?;
    }
    orgs.forget(&ada).await?;
    agree().await?;
    Ok(Outcome::Kept)
}
