//! Each operation is a span with its outcome (feature `tracing`): also what writes no event.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::sync::Once;

use mfakit::{Answer, Error, Subject};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::world::{World, block_on, passed, rejected};

thread_local! {
    /// What was said on this thread, a line each, since it began to listen.
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Writes down everything it is told, for the threads that listen.
struct Ears;

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Ears {
    fn line(name: &str, fields: impl FnOnce(&mut Fields<'_>)) {
        HEARD.with_borrow_mut(|heard| {
            let Some(text) = heard else { return };
            text.push_str(name);
            fields(&mut Fields(text));
            text.push('\n');
        });
    }
}

impl<S: Subscriber> Layer<S> for Ears {
    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        Self::line(span.metadata().name(), |fields| span.record(fields));
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        Self::line("recorded", |fields| values.record(fields));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        Self::line("event", |fields| event.record(fields));
    }
}

/// Begins to listen. One subscriber serves the whole process: tracing remembers for each span of the
/// source whether anybody wants it, and of several that come and go it can remember the wrong one.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(Ears);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    HEARD.set(Some(String::new()));
}

/// What was said since the last time.
fn heard() -> String {
    HEARD.with_borrow_mut(|heard| heard.as_mut().map(std::mem::take)).unwrap_or_default()
}

#[test]
fn an_operation_is_a_span_with_its_outcome_and_without_a_secret() {
    listen();
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let all = heard();
        assert!(all.contains("begin_setup subject=ada\n"), "{all}");
        assert!(
            all.contains("confirm_setup subject=ada\nrecorded outcome=\"confirmed\"\n"),
            "{all}"
        );

        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        heard();
        let code = ada.phone.code_at(world.now());
        passed(world.mfa.answer(&challenge, Answer::code(&code)).await);
        assert_eq!(heard(), "answer subject=ada\nrecorded outcome=\"passed\"\n");

        let challenge = world.challenge(&ada.subject).await;
        heard();
        rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        assert_eq!(heard(), "answer subject=ada\nrecorded outcome=\"rejected\"\n");
        rejected(world.mfa.answer(&challenge, Answer::code("12a")).await);
        assert_eq!(heard(), "answer subject=ada\nrecorded outcome=\"malformed\"\n");
        // Neither of these writes an event.
        rejected(world.mfa.answer(&challenge, Answer::recovery("AAAA-AAAA-AAAA-AAAA")).await);
        assert_eq!(heard(), "answer subject=ada\nrecorded outcome=\"rejected\"\n");
        for _ in 0..4 {
            for _ in 0..5 {
                let challenge = world.challenge(&ada.subject).await;
                let answered = world.mfa.answer(&challenge, Answer::code(&code)).await;
                assert!(answered.is_ok());
            }
        }
        let challenge = world.challenge(&ada.subject).await;
        heard();
        rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        let throttled = heard();
        assert_eq!(throttled, "answer subject=ada\nrecorded outcome=\"three_codes_wanted\"\n");
        assert!(!format!("{all}{throttled}").contains(&code), "a code was traced");
    });
}

#[test]
fn a_refusal_is_an_event_in_the_span_of_its_operation() {
    listen();
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&Subject::new("grace").unwrap()).await;
        heard();
        let refused = world.mfa.disable(&session).await.unwrap_err();
        assert!(matches!(refused, Error::Refused(_)));
        assert_eq!(heard(), format!("disable subject=grace\nevent error={refused}\n"));
    });
}
