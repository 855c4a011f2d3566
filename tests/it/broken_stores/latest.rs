//! Readers of one subject's latest events that are right but for one thing.

use std::sync::Mutex;

use async_trait::async_trait;
use mfakit::store::{StoreError, SubjectEvents};
use mfakit::{Event, EventKind, Subject};

use super::store::{Store, give_way};

/// One way of being wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum LatestWrong {
    Nothing,
    OldestFirst,
    ReversesCommitsAndNotTheirEvents,
    SortsByTime,
    TellsOfEverybody,
    LimitsBeforeItLooksForTheSubject,
    TellsStrangersOfEverybody,
    FailsForStrangers,
    IgnoresTheLimit,
    TakesOneTooMany,
    TakesTheOldest,
    FoldsCase,
    TrimsSubjects,
    CutsSubjects,
    DropsAccents,
    ReadsWhatWasThereTheLastTime,
    WaitsUntilTheOrderIsCertain,
    KeepsWhatWasPruned,
    LeavesOrganizationsOut,
}

/// Each with the rule that has to catch it.
pub(crate) const CATALOGUE: &[(LatestWrong, &str)] = {
    use LatestWrong::*;
    &[
        (OldestFirst, "the_latest_events_of_a_subject_come_first"),
        (ReversesCommitsAndNotTheirEvents, "the_latest_events_of_a_subject_come_first"),
        (SortsByTime, "the_latest_events_of_a_subject_come_first"),
        (TellsOfEverybody, "the_events_of_others_are_not_among_the_latest"),
        (LimitsBeforeItLooksForTheSubject, "the_events_of_others_are_not_among_the_latest"),
        (TellsStrangersOfEverybody, "a_stranger_has_no_latest_events"),
        (FailsForStrangers, "a_stranger_has_no_latest_events"),
        (IgnoresTheLimit, "a_limit_takes_the_latest_events_and_no_more"),
        (TakesOneTooMany, "a_limit_takes_the_latest_events_and_no_more"),
        (TakesTheOldest, "a_limit_takes_the_latest_events_and_no_more"),
        (FoldsCase, "the_latest_events_of_subjects_that_look_alike_stay_apart"),
        (TrimsSubjects, "the_latest_events_of_subjects_that_look_alike_stay_apart"),
        (CutsSubjects, "the_latest_events_of_subjects_that_look_alike_stay_apart"),
        (DropsAccents, "the_latest_events_of_subjects_that_look_alike_stay_apart"),
        (ReadsWhatWasThereTheLastTime, "the_latest_event_is_there_once_its_commit_is_answered"),
        (WaitsUntilTheOrderIsCertain, "a_transaction_still_open_holds_no_latest_event_back"),
        (KeepsWhatWasPruned, "pruned_events_are_no_longer_among_the_latest"),
        (LeavesOrganizationsOut, "the_latest_events_tell_of_organizations_too"),
    ]
};

pub(crate) struct Reader {
    wrong: LatestWrong,
    store: Store,
    /// What was there when it last looked.
    seen: Mutex<Vec<(u64, Event)>>,
}

impl Reader {
    pub(crate) fn new(wrong: LatestWrong, store: Store) -> Self {
        Self { wrong, store, seen: Mutex::default() }
    }

    /// The events that it goes by, oldest first.
    fn events(&self) -> Vec<(u64, Event)> {
        let now = self.store.events();
        let mut seen = self.seen.lock().unwrap();
        let before = std::mem::replace(&mut *seen, now.clone());
        match self.wrong {
            LatestWrong::ReadsWhatWasThereTheLastTime => before,
            LatestWrong::KeepsWhatWasPruned => {
                let gone = |(number, _): &(u64, Event)| !now.iter().any(|(kept, _)| kept == number);
                let mut all: Vec<_> = before.into_iter().filter(gone).collect();
                all.extend(now);
                seen.clone_from(&all);
                all
            }
            LatestWrong::WaitsUntilTheOrderIsCertain => {
                let certain = self.store.certain();
                now.into_iter().filter(|(number, _)| *number <= certain).collect()
            }
            _ => now,
        }
    }

    /// A subject as this reader compares it.
    fn key(&self, subject: &Subject) -> String {
        let text = subject.as_str();
        match self.wrong {
            LatestWrong::FoldsCase => text.to_lowercase(),
            LatestWrong::TrimsSubjects => text.trim().to_owned(),
            LatestWrong::CutsSubjects => text.chars().take(254).collect(),
            LatestWrong::DropsAccents => text.replace(['\u{301}', '\u{30a}'], ""),
            _ => text.to_owned(),
        }
    }

    fn tells(&self, event: &Event, subject: &Subject) -> bool {
        let own = self.key(event.subject()) == self.key(subject);
        match self.wrong {
            LatestWrong::TellsOfEverybody => true,
            LatestWrong::LeavesOrganizationsOut => {
                own && !matches!(event.kind(), EventKind::Organization { .. })
            }
            _ => own,
        }
    }
}

#[async_trait]
impl SubjectEvents for Reader {
    async fn latest(&self, subject: &Subject, limit: usize) -> Result<Vec<Event>, StoreError> {
        give_way().await;
        let mut events: Vec<Event> = self.events().into_iter().map(|(_, event)| event).collect();
        if self.wrong == LatestWrong::LimitsBeforeItLooksForTheSubject {
            events.drain(..events.len().saturating_sub(limit));
        }
        let known = events.iter().any(|event| event.subject() == subject);
        match self.wrong {
            LatestWrong::TellsStrangersOfEverybody if !known => {}
            LatestWrong::FailsForStrangers if !known => {
                return Err(StoreError::unavailable("no such subject"));
            }
            _ => events.retain(|event| self.tells(event, subject)),
        }
        match self.wrong {
            LatestWrong::OldestFirst => {
                events.drain(..events.len().saturating_sub(limit));
            }
            LatestWrong::TakesTheOldest => {
                events.truncate(limit);
                events.reverse();
            }
            LatestWrong::SortsByTime => {
                events.sort_by_key(|event| std::cmp::Reverse(event.at()));
            }
            LatestWrong::ReversesCommitsAndNotTheirEvents => {
                let commits = events.chunk_by(|one, other| one.id().commit == other.id().commit);
                events = commits.rev().flatten().cloned().collect();
            }
            _ => events.reverse(),
        }
        events.truncate(match self.wrong {
            LatestWrong::IgnoresTheLimit => usize::MAX,
            LatestWrong::TakesOneTooMany => limit + 1,
            _ => limit,
        });
        Ok(events)
    }
}
