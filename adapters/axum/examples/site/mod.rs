//! What the examples have in common: the decisions, a page to protect, and a sign-in form.

use std::error::Error;

use axum::extract::Query;
use axum::response::Html;
use mfakit::ports::{Entropy, OsEntropy};
use mfakit::{Keyring, MemoryStore, Mfa, SealingKey};
use mfakit_axum::{ReturnPath, SignedInUser};
use serde::Deserialize;

pub(crate) type AnyError = Box<dyn Error>;

/// Accounts in memory, under a key that is drawn at the start: both are for trying out.
pub(crate) fn mfa() -> Result<Mfa, AnyError> {
    let mut key = [0; 32];
    OsEntropy.fill(&mut key)?;
    let keyring = Keyring::new(SealingKey::from_bytes("example", &key)?);
    Ok(Mfa::builder(MemoryStore::new()).issuer("Scrivio").keyring(keyring).build()?)
}

/// What the sign-in form sends.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    pub(crate) name: String,
    password: String,
    #[serde(default)]
    pub(crate) to: String,
}

impl Credentials {
    /// In an application this is a password hash, and a limit on how often it may be tried.
    pub(crate) fn are_right(&self) -> bool {
        let known = ["ada", "bob"].contains(&self.name.as_str());
        known && self.password == "correct horse battery staple"
    }

    /// Where to go on to: the guard there asks for the code.
    pub(crate) fn destination(&self) -> String {
        ReturnPath::parse(&self.to).map_or_else(|| "/dashboard".to_owned(), |to| to.to_string())
    }
}

/// Where somebody who has to sign in was heading.
#[derive(Deserialize)]
pub(crate) struct Heading {
    #[serde(default)]
    to: String,
}

/// `GET /sign-in?to=PATH`
pub(crate) async fn sign_in_form(Query(heading): Query<Heading>) -> Html<String> {
    // Only a path of this site passes, and none of those has a quote or a bracket in it.
    let to = ReturnPath::parse(&heading.to).map(|to| to.to_string()).unwrap_or_default();
    Html(format!(
        "<!doctype html><html lang=en><title>Sign in</title><form method=post>\
         <input type=hidden name=to value=\"{to}\">\
         <p><label>Name <input name=name value=ada></label>\
         <p><label>Password <input name=password type=password></label>\
         <p><button>Sign in</button></form>"
    ))
}

/// What only a complete sign-in sees.
pub(crate) async fn dashboard(who: SignedInUser) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=en><title>Dashboard</title><h1>Hello, {}</h1>\
         <p><a href=\"/mfa/factors\">Two-factor authentication</a>\
         <form method=post action=\"/sign-out\"><button>Sign out</button></form>",
        who.subject()
    ))
}

/// Listens until it is stopped.
pub(crate) async fn serve(app: axum::Router) -> Result<(), AnyError> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://{}/dashboard", listener.local_addr()?);
    println!("ada or bob, with the password: correct horse battery staple");
    axum::serve(listener, app).await?;
    Ok(())
}
