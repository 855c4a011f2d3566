//! Sends the steps: it knows what a user would have in his hands, and no more.

use std::collections::{HashMap, HashSet};

use axum::http::Method;
use mfakit::ports::Clock;
use mfakit::testing::Authenticator;
use mfakit::{Status, Subject};
use serde_json::{Value, json};

use super::super::client::{Client, Reply};
use super::rules::{Exchange, Proven};
use super::{Step, Typed, posts};
use crate::world::World;

pub(super) struct Driver {
    world: World,
    seats: [Seat; 2],
    /// Every phone that scanned a secret, by its setup, and by its factor once it is one.
    phones: HashMap<String, Authenticator>,
    codes: Vec<String>,
    spent: Vec<String>,
    guesses: u32,
    /// How often a step changed something.
    pub(super) reached: HashMap<&'static str, u32>,
}

struct Seat {
    client: Client,
    proven: Proven,
    setup: String,
    last: Option<(Step, String, Value)>,
    sent: HashSet<String>,
    attempt: Value,
}

impl Driver {
    pub(super) async fn new(protected: bool) -> Self {
        let world = World::new();
        let seat = || Seat {
            client: Client::of(world.browser()),
            proven: Proven::default(),
            setup: String::new(),
            last: None,
            sent: HashSet::new(),
            attempt: Value::Null,
        };
        let seats = [seat(), seat()];
        let mut driver = Self {
            world,
            seats,
            phones: HashMap::new(),
            codes: Vec::new(),
            spent: Vec::new(),
            guesses: 0,
            reached: HashMap::new(),
        };
        driver.take(0, Step::SignIn).await;
        driver.take(1, Step::SignIn).await;
        if protected {
            let begin = Step::Begin { label: "Phone", replaces: false };
            for step in [begin, Step::Confirm(Typed::Right), Step::Finish, Step::Wait(30)] {
                driver.take(0, step).await;
            }
            assert!(driver.status().await.enabled);
        }
        driver
    }

    async fn status(&self) -> Status {
        self.world.mfa.status(&Subject::new("ada").expect("a subject")).await.expect("a status")
    }

    fn token(&self, seat: usize) -> Option<String> {
        self.seats[seat].client.browser.cookie.clone()
    }

    pub(super) async fn take(&mut self, seat: usize, step: Step) {
        let now = self.world.clock.now();
        match step {
            Step::Wait(seconds) => return self.world.wait(seconds),
            Step::SignIn => {
                let new = Seat {
                    client: Client::signed_in(&self.world, "ada"),
                    proven: Proven { password: Some(now), ..Proven::default() },
                    setup: std::mem::take(&mut self.seats[seat].setup),
                    last: None,
                    sent: HashSet::new(),
                    attempt: Value::Null,
                };
                self.seats[seat] = new;
                return;
            }
            Step::TypePasswordAgain => {
                let token = self.token(seat).unwrap_or_default();
                if self.world.host.knows(&token) {
                    let browser = &mut self.seats[seat].client.browser;
                    self.world.sign_in_again(browser, "ada");
                    let proven = &mut self.seats[seat].proven;
                    proven.password = Some(now);
                    // A pending sign-in starts over with its next request, and then knows the
                    // credentials as they are by that time.
                    if proven.code.is_none() && proven.recovery.is_none() {
                        (proven.seen, proven.void) = (false, false);
                    }
                }
                return;
            }
            _ => {}
        }
        let (step, path, body) = match step {
            Step::Again => match self.seats[seat].last.clone() {
                Some(last) => last,
                None => return,
            },
            step => {
                let (path, body) = self.request(seat, &step).await;
                (step, path, body)
            }
        };
        let again = !self.seats[seat].sent.insert(format!("{path} {body}"));
        let (before, token) = (self.status().await, self.token(seat));
        let (factor, sent) = match body {
            Value::Null => (Method::GET, String::new()),
            ref body => (Method::POST, body.to_string()),
        };
        let reply = self.seats[seat].client.send(factor, &path, sent).await;
        let after = self.status().await;
        let raised = reply.status == 200 && self.token(seat) != token;
        assert!(reply.status < 500, "{step:?} {path} {body} {reply:?}");
        let proven = self.seats[seat].proven.clone();
        let exchange = Exchange {
            step: &step,
            reply: &reply,
            proven,
            before: &before,
            after: &after,
            now,
            again,
            raised,
        };
        exchange.judge();
        if reply.status == 200 && (raised || before != after) {
            *self.reached.entry(exchange.name()).or_default() += 1;
        }
        if exchange.changed_credentials() {
            let other = &mut self.seats[1 - seat].proven;
            other.void = other.seen;
        }
        self.note(seat, &exchange, &body);
        self.seats[seat].last = Some((step, path, body));
    }

    /// What a client sends for a step. A GET has no body.
    async fn request(&mut self, seat: usize, step: &Step) -> (String, Value) {
        let attempt = self.attempt(seat).await;
        let setup = self.seats[seat].setup.clone();
        let id = "00000000000000000000000000000000";
        let setup = if setup.is_empty() { id.to_owned() } else { setup };
        let factor = |factors: &Status, n: usize| {
            factors.factors.get(n).map_or(id.to_owned(), |factor| factor.factor.to_string())
        };
        let status = self.status().await;
        let (path, body) = match step {
            Step::Look(path) => (*path, Value::Null),
            Step::Begin { label, replaces: false } => {
                ("/setup", json!({ "attempt": attempt, "label": label }))
            }
            Step::Begin { label, replaces: true } => {
                let lost = factor(&status, 0);
                ("/setup", json!({ "attempt": attempt, "label": label, "replaces": lost }))
            }
            Step::Confirm(typed) => {
                let code = match (typed, self.phones.get(&setup)) {
                    (Typed::Right, Some(phone)) => phone.code_at(self.world.now()),
                    (Typed::Malformed, _) => "12345".to_owned(),
                    _ => self.wrong(),
                };
                ("/setup/confirm", json!({ "setup": setup, "code": code, "attempt": attempt }))
            }
            Step::ConfirmOthers => {
                let theirs = self.seats[1 - seat].setup.clone();
                let code = self.phones.get(&theirs).map(|phone| phone.code_at(self.world.now()));
                let theirs = if theirs.is_empty() { id.to_owned() } else { theirs };
                ("/setup/confirm", json!({ "setup": theirs, "code": code.unwrap_or_default() }))
            }
            Step::Reissue => ("/setup/reissue", json!({ "setup": setup, "attempt": attempt })),
            Step::Finish => ("/setup/finish", json!({ "setup": setup })),
            Step::Cancel => ("/setup/cancel", json!({ "setup": setup })),
            Step::Answer(typed) => ("/challenge", self.answer(seat, *typed, &attempt).await),
            Step::Raise { recovery } => {
                ("/step-up", json!({ "action": "mfa.manage", "recovery": recovery }))
            }
            Step::CancelChallenge => {
                let asked = self.asked(seat).await;
                ("/challenge/cancel", json!({ "challenge": asked.0 }))
            }
            Step::Codes => ("/codes", json!({ "attempt": attempt })),
            Step::Disable => ("/disable", json!({ "attempt": attempt })),
            Step::Prefer(n) => {
                return (format!("/factors/{}/prefer", factor(&status, *n)), json!({}));
            }
            Step::Rename(n, label) => {
                let path = format!("/factors/{}/rename", factor(&status, *n));
                return (path, json!({ "label": label }));
            }
            Step::Remove(n) => {
                return (format!("/factors/{}/remove", factor(&status, *n)), json!({}));
            }
            Step::Garbage(n, body) => {
                let posts = posts();
                return (posts[n % posts.len()].clone(), body.clone());
            }
            Step::SignIn | Step::TypePasswordAgain | Step::Wait(_) | Step::Again => unreachable!(),
        };
        (path.to_owned(), body)
    }

    /// The number that the last screen showed.
    async fn attempt(&mut self, seat: usize) -> Value {
        if self.seats[seat].attempt.is_null() {
            self.seats[seat].attempt = self.look(seat, "/status").await.body["attempt"].clone();
        }
        match self.seats[seat].attempt.clone() {
            Value::Null => json!(0),
            attempt => attempt,
        }
    }

    async fn asked(&mut self, seat: usize) -> (String, String) {
        let shown = self.look(seat, "/challenge").await;
        let id = "00000000000000000000000000000000";
        let text = |value: &Value| value.as_str().unwrap_or(id).to_owned();
        (text(&shown.body["challenge"]), text(&shown.body["factors"][0]["factor"]))
    }

    async fn look(&mut self, seat: usize, path: &str) -> Reply {
        let seat = &mut self.seats[seat];
        seat.proven.seen = true;
        seat.client.get(path).await
    }

    async fn answer(&mut self, seat: usize, typed: Typed, attempt: &Value) -> Value {
        let (challenge, factor) = self.asked(seat).await;
        let phone = self.phones.get(&factor);
        let code = |n| phone.map(|phone| phone.code_after(self.world.now(), n));
        let (member, typed) = match typed {
            Typed::Right => ("code", code(0).map(Value::from)),
            Typed::Three => {
                ("codes", code(0).zip(code(1)).zip(code(2)).map(|((a, b), c)| json!([a, b, c])))
            }
            Typed::Recovery => ("recovery_code", self.codes.last().cloned().map(Value::from)),
            Typed::SpentRecovery => ("recovery_code", self.spent.last().cloned().map(Value::from)),
            Typed::Wrong => ("code", None),
            Typed::Malformed => ("code", Some(json!("12345"))),
        };
        let typed = match (typed, member) {
            (Some(typed), _) => typed,
            (None, "recovery_code") => json!("0000-0000-0000-0000"),
            (None, "codes") => json!(["000000", "000001", "000002"]),
            (None, _) => json!(self.wrong()),
        };
        json!({ "challenge": challenge, "attempt": attempt, member: typed })
    }

    /// A code that no phone shows at about this time.
    fn wrong(&mut self) -> String {
        let now = self.world.now();
        let right: Vec<String> = (-25..=25)
            .flat_map(|n| self.phones.values().map(move |phone| phone.code_after(now, n)))
            .collect();
        loop {
            self.guesses += 1;
            let guess = format!("{:06}", self.guesses);
            if !right.contains(&guess) {
                return guess;
            }
        }
    }

    /// What the user has in his hands after the answer, and what his session has proven.
    fn note(&mut self, seat: usize, exchange: &Exchange<'_>, sent: &Value) {
        let Exchange { reply, before, after, .. } = *exchange;
        let now = self.world.now();
        let seat = &mut self.seats[seat];
        seat.proven.seen = true;
        seat.attempt = reply.body["attempt"].clone();
        if reply.status != 200 {
            return;
        }
        if let Some(uri) = reply.body["otpauth_uri"].as_str() {
            seat.setup = reply.text("setup").to_owned();
            let phone = Authenticator::scan(uri).expect("a URI");
            self.phones.entry(seat.setup.clone()).or_insert(phone);
        }
        let codes = reply.codes();
        if !codes.is_empty() {
            self.spent.append(&mut std::mem::replace(&mut self.codes, codes));
        }
        for factor in &after.factors {
            let new = before.factors.iter().all(|known| known.factor != factor.factor);
            let phone = new.then(|| self.phones.remove(&seat.setup)).flatten();
            if let Some(phone) = phone {
                self.phones.insert(factor.factor.to_string(), phone);
                seat.proven.code = Some(now);
            }
        }
        match exchange.step {
            // A right answer that is sent again proves nothing new.
            Step::Answer(Typed::Right | Typed::Three) if exchange.raised => {
                seat.proven.code = Some(now)
            }
            Step::Answer(Typed::Recovery) if before.recovery_left != after.recovery_left => {
                seat.proven.recovery = Some(now);
                let typed = sent["recovery_code"].as_str().unwrap_or_default();
                self.codes.retain(|code| code != typed);
                self.spent.push(typed.to_owned());
            }
            Step::CancelChallenge if reply.body["to"] == "/sign-in" => {
                seat.proven = Proven::default();
            }
            _ => {}
        }
    }
}
