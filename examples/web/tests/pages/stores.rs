//! The same application on each store, and through a restart.

use std::fs;

use web::{Config, PASSWORD, Store};

use crate::world::{ADA, World};

const KEYS: &str = "test:yFZSjk0qWmq1nlOcLnGBvCFCu+/l5bTDoN0+c2/yKXk=";

/// A setup, a sign-in and a step-up, with a restart before every step.
async fn survives_restarts(mut world: World) {
    let mut ada = world.signed_in(ADA).await;
    let page = ada.get("/mfa/setup").await;
    world.restart().await;
    ada = world.again(ada);
    ada.submit(&page, "/mfa/setup", &[]).await;
    let scan = ada.get("/mfa/setup").await;
    ada.scan(&scan);
    world.restart().await;
    ada = world.again(ada);
    let page = ada.get("/mfa/setup/confirm").await;
    let code = ada.code();
    let codes = ada.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    world.restart().await;
    ada = world.again(ada);
    ada.submit(&codes, "/mfa/setup/finish", &[]).await;
    world.wait(chrono::TimeDelta::seconds(30));
    ada.get("/profile").await.shows("It is on.").shows("10 recovery codes are left.");

    ada.post("/sign-out", &[]).await;
    ada.sign_in(ADA, PASSWORD, "/audit").await;
    assert_eq!(ada.get("/audit").await.to(), "/mfa/challenge");
    world.restart().await;
    ada = world.again(ada);
    assert_eq!(ada.verify().await.to(), "/audit");
    world.restart().await;
    ada = world.again(ada);
    ada.get("/audit").await.shows("A code was accepted at a sign-in.");
    ada.get("/payout").await.shows("Pay out");
}

#[tokio::test]
async fn sqlite_keeps_everything_through_restarts() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::Sqlite(directory.path().join("scrivio.db"));
    survives_restarts(World::on(store, None).await).await;
}

#[tokio::test]
async fn postgres_keeps_everything_through_restarts() {
    let Some(server) = scratch_postgres::server_or_skip("the example on PostgreSQL") else {
        return;
    };
    let store = Store::Postgres(server.url());
    survives_restarts(World::on(store, Some(KEYS)).await).await;
}

#[tokio::test]
async fn the_key_file_is_the_owners_alone_and_missed_when_it_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let (file, key) = (directory.path().join("a.db"), directory.path().join("a.db.key"));
    let config = Config { store: Store::Sqlite(file), ..Config::default() };
    drop(web::application(&config).await.unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let kept = fs::read_to_string(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let error = web::application(&config).await.unwrap_err().to_string();
    assert!(error.contains("their key is missing"), "{error}");
    assert!(!key.exists(), "no new key is made for old secrets");
    let config = Config { keys: Some(kept.trim().to_owned()), ..config };
    drop(web::application(&config).await.unwrap());
}

#[tokio::test]
async fn postgres_wants_its_keys_from_whoever_starts_it() {
    let store = Store::Postgres("postgres://nobody@127.0.0.1:1/nothing".to_owned());
    let error = web::application(&Config { store, ..Config::default() }).await.unwrap_err();
    assert!(error.to_string().contains("MFAKIT_KEYS"), "{error}");
}

#[tokio::test]
async fn it_serves_on_a_listener_and_stops() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = web::start(Config::default(), listener).await.unwrap();
    assert_ne!(running.address().port(), 0);
    assert!(running.notes().iter().any(|note| note.contains("memory")));
    tokio::net::TcpStream::connect(running.address()).await.unwrap();
    running.stop().await.unwrap();
}
