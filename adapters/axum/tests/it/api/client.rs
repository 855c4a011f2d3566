//! A client of the API that believes `openapi.json` and nothing else: whatever it sends and gets is
//! held against the document.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, Method};
use jsonschema::Validator;
use mfakit::testing::Authenticator;
use serde_json::{Value, json};

use crate::world::{Browser, Owner, World};

pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../openapi.json")).expect("JSON"));

static OPERATIONS: LazyLock<HashMap<(String, String), Operation>> = LazyLock::new(operations);

pub(crate) struct Operation {
    pub(crate) body: Option<Validator>,
    pub(crate) answers: HashMap<u16, Documented>,
}

pub(crate) struct Documented {
    kind: String,
    headers: Vec<String>,
    schema: Validator,
}

fn operations() -> HashMap<(String, String), Operation> {
    let mut operations = HashMap::new();
    for (path, methods) in DOCUMENT["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            if method == "parameters" {
                continue;
            }
            let body = operation.pointer("/requestBody/content/application~1json/schema");
            let answers = operation["responses"].as_object().expect("responses");
            let answers = answers.iter().map(|(status, answer)| {
                (status.parse().expect("a status"), documented(resolve(answer)))
            });
            let operation = Operation { body: body.map(validator), answers: answers.collect() };
            operations.insert((method.to_uppercase(), path.clone()), operation);
        }
    }
    operations
}

fn documented(answer: &Value) -> Documented {
    let content = answer["content"].as_object().expect("content");
    let (kind, content) = content.iter().next().expect("a type");
    let headers = answer["headers"].as_object();
    let headers = headers.map(|headers| headers.keys().cloned().collect()).unwrap_or_default();
    Documented { kind: kind.clone(), headers, schema: validator(&content["schema"]) }
}

fn resolve(value: &Value) -> &Value {
    match value["$ref"].as_str() {
        Some(to) => DOCUMENT.pointer(to.strip_prefix('#').expect("a place")).expect(to),
        None => value,
    }
}

/// A schema of the document, with the components that it refers to.
fn validator(schema: &Value) -> Validator {
    let mut schema = schema.clone();
    schema["components"] = DOCUMENT["components"].clone();
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

/// The documented operation of a request.
pub(crate) fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let route = path.split('?').next().expect("a path");
    let fits = |template: &str| {
        let (template, route) = (template.split('/'), route.split('/'));
        template.clone().count() == route.clone().count()
            && template.zip(route).all(|(template, part)| {
                template == part || (template.starts_with('{') && !part.is_empty())
            })
    };
    let mut operations = OPERATIONS.iter();
    let found = operations.find(|((verb, template), _)| verb == method && fits(template));
    found.map(|(_, operation)| operation)
}

pub(crate) struct Client {
    pub(crate) browser: Browser,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Client {
    pub(crate) fn of(browser: Browser) -> Self {
        let browser = browser.with("accept", "application/json");
        Self { browser: browser.with("content-type", "application/json") }
    }

    /// Somebody who has just typed his password.
    pub(crate) fn signed_in(world: &World, name: &str) -> Self {
        Self::of(world.signed_in(name))
    }

    /// The same session in another window.
    pub(crate) fn window(&self) -> Self {
        Self { browser: self.browser.window() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, String::new()).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, body.to_string()).await
    }

    /// Sends anything, and holds the exchange against the document.
    pub(crate) async fn send(&mut self, method: Method, path: &str, body: String) -> Reply {
        let answer =
            self.browser.send(method.clone(), &format!("/mfa/api{path}"), body.clone()).await;
        let exchange =
            format!("{method} {path} {body:.300} {} {:.300}", answer.status, answer.body);
        let read = serde_json::from_str(&answer.body).expect(&exchange);
        let reply = Reply { status: answer.status, headers: answer.headers, body: read };
        assert_eq!(reply.headers["cache-control"], "no-store", "{exchange}");
        let Some(operation) = operation(method.as_str(), path) else {
            assert!([404, 405, 403].contains(&reply.status), "{exchange}");
            return reply;
        };
        let documented = operation.answers.get(&reply.status).expect(&exchange);
        assert_eq!(reply.headers["content-type"], documented.kind, "{exchange}");
        for header in &documented.headers {
            assert!(reply.headers.contains_key(header), "{header}: {exchange}");
        }
        if let Err(error) = documented.schema.validate(&reply.body) {
            panic!("{error}: {exchange}");
        }
        // These come before the body is read.
        if let Some(schema) = &operation.body
            && ![401, 403, 413, 415].contains(&reply.status)
        {
            let valid = serde_json::from_str(&body).is_ok_and(|body| schema.is_valid(&body));
            assert_eq!(valid, reply.status != 400, "{exchange}");
        }
        reply
    }

    /// Begins a setup, and scans its QR code.
    pub(crate) async fn begin(&mut self, label: &str) -> (String, Authenticator) {
        let attempt = self.get("/setup").await.body["attempt"].clone();
        let begun = self.post("/setup", json!({ "attempt": attempt, "label": label })).await;
        assert_eq!(begun.body["state"], "begun", "{}", begun.body);
        let phone = Authenticator::scan(begun.text("otpauth_uri")).expect("a URI");
        (begun.text("setup").to_owned(), phone)
    }

    /// What the session is asked.
    pub(crate) async fn challenge(&mut self) -> String {
        self.get("/challenge").await.text("challenge").to_owned()
    }

    /// Answers what is asked with one member.
    pub(crate) async fn answer(&mut self, member: &str, typed: impl Into<Value>) -> Reply {
        let challenge = self.challenge().await;
        self.post("/challenge", json!({ "challenge": challenge, member: typed.into() })).await
    }
}

impl Reply {
    #[track_caller]
    pub(crate) fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_else(|| panic!("{member}: {self:?}"))
    }

    /// A refusal's status and code.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, &str) {
        (self.status, self.text("code"))
    }

    pub(crate) fn codes(&self) -> Vec<String> {
        let codes = self.body["recovery_codes"].as_array().cloned().unwrap_or_default();
        codes.iter().map(|code| code.as_str().expect("text").to_owned()).collect()
    }
}

impl World {
    /// Takes somebody through the whole setup by the API.
    pub(crate) async fn protect_by_api(&self, name: &'static str) -> (Owner, Client) {
        let mut client = Client::signed_in(self, name);
        let (setup, phone) = client.begin("Phone").await;
        let code = phone.code_at(self.now());
        let confirmed =
            client.post("/setup/confirm", json!({ "setup": setup, "code": code })).await;
        let codes = confirmed.codes();
        let done = client.post("/setup/finish", json!({ "setup": setup })).await;
        assert_eq!(done.body["state"], "finished", "{}", done.body);
        self.wait(30);
        (Owner { name, phone, codes }, client)
    }

    /// Signs in by the API, with the password and the phone.
    pub(crate) async fn enter_by_api(&self, owner: &Owner) -> Client {
        let mut client = Client::signed_in(self, owner.name);
        let passed = client.answer("code", owner.phone.code_at(self.now())).await;
        assert_eq!(passed.status, 200, "{}", passed.body);
        self.wait(30);
        client
    }
}
