use chrono::TimeDelta;

use super::super::sample::*;
use super::*;
use crate::domain::id::CommitId;
use crate::domain::organization::transition::OrgRow;
use crate::domain::settings::Settings;

/// Ada moves on day 30; what the store then holds under her new name.
fn moved(member: &Membership, there: Option<&Membership>) -> Option<Membership> {
    let settings = Settings::default();
    let now = Context::new(&settings, day(30)).unwrap();
    let step = member.moved_to(&subject("ada lovelace"), there, Version::first([5; 8]), now)?;
    match committed(step) {
        (OrgRow::Membership(row), answer) => {
            assert_eq!(row.subject(), answer.subject());
            Some((*row).clone())
        }
        (other, _) => panic!("not a membership's row: {other:?}"),
    }
}

fn granted(joined: i64) -> Membership {
    exempt(extended(member("acme", "ada", joined), day(60)), None)
}

#[test]
fn whoever_is_renamed_takes_along_the_day_of_joining_and_what_was_granted() {
    let ada = granted(-400);
    let new = moved(&ada, None).unwrap();
    assert_eq!(new.subject(), &subject("ada lovelace"));
    assert_eq!(new.first_joined(), day(-400));
    assert_eq!(new.exemption(), ada.exemption());
    assert_eq!(new.extension(), ada.extension());
    let left = Membership { left_at: Some(day(3)), ..ada };
    assert_eq!(moved(&left, None).unwrap().left_at(), Some(day(3)), "who left has left");
}

/// A commit that is found in a row is taken for one that was made to this row.
#[test]
fn a_row_that_is_written_anew_remembers_no_commit_of_the_old_one() {
    let earlier = CommitId::from_random([3; 16]);
    let ada = Membership { recent: vec![earlier], ..member("acme", "ada", 0) };
    let new = moved(&ada, None).unwrap();
    let [own] = new.recent_commits() else { panic!("{:?}", new.recent_commits()) };
    assert_ne!(*own, earlier);
    assert_eq!(new.version(), Version::first([5; 8]), "and its versions begin anew");
}

#[test]
fn what_was_granted_to_one_name_is_not_merged_into_another_that_is_known() {
    let there = member("acme", "ada lovelace", -10);
    let merged = moved(&granted(-400), Some(&there)).unwrap();
    assert_eq!((merged.exemption(), merged.extension()), (None, None));
    assert_eq!(merged.first_joined(), day(-400), "the earlier day");

    let there = granted(-10);
    let merged = moved(&member("acme", "ada", -400), Some(&there)).unwrap();
    assert_eq!(merged.exemption(), there.exemption(), "and what is theirs stays");
    assert_eq!(merged.extension(), there.extension());
}

/// One case a row: whether she has left here and there; and whether she has, afterwards.
#[test]
fn whoever_is_a_member_under_either_name_is_one() {
    let table = [
        (None, None, None),
        (None, Some(day(1)), None),
        (Some(day(1)), None, None),
        (Some(day(1)), Some(day(2)), Some(day(2))),
    ];
    for (here, there, expected) in table {
        let here = Membership { left_at: here, ..member("acme", "ada", -400) };
        let there = Membership { left_at: there, ..member("acme", "ada lovelace", 0) };
        assert_eq!(moved(&here, Some(&there)).unwrap().left_at(), expected);
    }
}

#[test]
fn a_move_that_was_made_already_writes_nothing() {
    let ada = granted(-400);
    let there = moved(&ada, None).unwrap();
    assert_eq!(moved(&ada, Some(&there)), None);
}

fn refusal<T>(outcome: Result<OrgTransition<T>, Refusal>) -> Refusal {
    match outcome {
        Ok(_) => panic!("not refused"),
        Err(refusal) => refusal,
    }
}

#[test]
fn whoever_leaves_and_rejoins_has_no_new_period() {
    let settings = Settings::default();
    let at = |on| Context::new(&settings, day(on)).unwrap();
    let (acme, ada) = (org("acme"), subject("ada"));
    let joined = Membership::join(acme, ada, day(-400), version(), at(-400)).unwrap();
    let ada = committed(joined).1;
    let ada = committed(ada.leave(at(13)).unwrap()).1;
    assert_eq!(refusal(ada.leave(at(13))).code(), "not_a_member");
    let ada = committed(ada.rejoin(at(15)).unwrap()).1;
    assert_eq!(refusal(ada.rejoin(at(15))).code(), "nothing_to_change");
    assert_eq!(required(0, terms(14)).deadline(&ada, NONE), Some(day(14)));
}

#[test]
fn nobody_joins_in_the_future() {
    let settings = Settings::default();
    let now = Context::new(&settings, day(0)).unwrap();
    let join = |at| Membership::join(org("acme"), subject("ada"), at, version(), now);
    assert!(join(day(0) + TimeDelta::seconds(30)).is_ok(), "two servers' clocks");
    assert_eq!(refusal(join(day(0) + TimeDelta::seconds(31))).code(), "joined_in_the_future");
}
