//! Each operation is a span with its outcome (feature `tracing`): also what writes no event.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use mfakit::{Answer, Error, Subject};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::world::{World, block_on, passed, rejected};

/// Writes down everything it is told, a line each.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Heard {
    fn line(&self, name: &str, fields: impl FnOnce(&mut Fields<'_>)) {
        let mut text = self.0.lock().unwrap();
        text.push_str(name);
        fields(&mut Fields(&mut text));
        text.push('\n');
    }

    /// What was said since the last time.
    fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl<S: Subscriber> Layer<S> for Heard {
    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        self.line(span.metadata().name(), |fields| span.record(fields));
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        self.line("recorded", |fields| values.record(fields));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.line("event", |fields| event.record(fields));
    }
}

#[test]
fn an_operation_is_a_span_with_its_outcome_and_without_a_secret() {
    let heard = Heard::default();
    let subscriber = tracing_subscriber::registry().with(heard.clone());
    let _heard = tracing::subscriber::set_default(subscriber);
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let all = heard.take();
        assert!(all.contains("begin_setup subject=ada\n"), "{all}");
        assert!(
            all.contains("confirm_setup subject=ada\nrecorded outcome=\"confirmed\"\n"),
            "{all}"
        );

        world.next_code();
        let (_, challenge) = world.challenge(&ada.subject).await;
        heard.take();
        let code = ada.phone.code_at(world.now());
        passed(world.mfa.answer(&challenge, Answer::code(&code)).await);
        assert_eq!(heard.take(), "answer subject=ada\nrecorded outcome=\"passed\"\n");

        let (_, challenge) = world.challenge(&ada.subject).await;
        heard.take();
        rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        assert_eq!(heard.take(), "answer subject=ada\nrecorded outcome=\"rejected\"\n");
        rejected(world.mfa.answer(&challenge, Answer::code("12a")).await);
        assert_eq!(heard.take(), "answer subject=ada\nrecorded outcome=\"malformed\"\n");
        // Neither of these writes an event.
        rejected(world.mfa.answer(&challenge, Answer::recovery("AAAA-AAAA-AAAA-AAAA")).await);
        assert_eq!(heard.take(), "answer subject=ada\nrecorded outcome=\"rejected\"\n");
        for _ in 0..4 {
            for _ in 0..5 {
                let (_, challenge) = world.challenge(&ada.subject).await;
                let answered = world.mfa.answer(&challenge, Answer::code(&code)).await;
                assert!(answered.is_ok());
            }
        }
        let (_, challenge) = world.challenge(&ada.subject).await;
        heard.take();
        rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        let throttled = heard.take();
        assert_eq!(throttled, "answer subject=ada\nrecorded outcome=\"three_codes_wanted\"\n");
        assert!(!format!("{all}{throttled}").contains(&code), "a code was traced");
    });
}

#[test]
fn a_refusal_is_an_event_in_the_span_of_its_operation() {
    let heard = Heard::default();
    let subscriber = tracing_subscriber::registry().with(heard.clone());
    let _heard = tracing::subscriber::set_default(subscriber);
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&Subject::new("grace").unwrap()).await;
        heard.take();
        let refused = world.mfa.disable(&session).await.unwrap_err();
        assert!(matches!(refused, Error::Refused(_)));
        assert_eq!(heard.take(), format!("disable subject=grace\nevent error={refused}\n"));
    });
}
