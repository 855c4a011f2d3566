//! The command line.

use std::path::PathBuf;

use web::{Options, Store};

fn read(line: &str) -> Result<Options, String> {
    let words = line.split_whitespace().map(Into::into);
    Options::read(words).map_err(|error| error.to_string())
}

#[test]
fn without_options_it_keeps_everything_in_memory_and_listens_on_this_machine() {
    let options = read("").unwrap();
    assert_eq!(options.store, Store::Memory);
    assert_eq!(options.listen.to_string(), "127.0.0.1:3000");
    assert!(!options.https && !options.help);
}

#[test]
fn a_store_is_one_of_three() {
    let url = "postgres://app@host/scrivio?sslmode=disable";
    let table = [
        ("--store memory", Store::Memory),
        ("--store sqlite:/tmp/a.db", Store::Sqlite(PathBuf::from("/tmp/a.db"))),
        ("--store=sqlite:a=b.db", Store::Sqlite(PathBuf::from("a=b.db"))),
        (&format!("--store postgres:{url}"), Store::Postgres(url.to_owned())),
        (&format!("--store {url}"), Store::Postgres(url.to_owned())),
    ];
    for (line, store) in table {
        assert_eq!(read(line).unwrap().store, store, "{line}");
    }
}

#[test]
fn what_cannot_be_is_named() {
    let table = [
        ("--stor memory", "unknown option `--stor`"),
        ("memory", "unknown option `memory`"),
        ("--https=no", "unknown option `--https=no`"),
        ("--store", "`--store` needs a store behind it"),
        ("--store sqlite:", "`sqlite:` is no store: say memory, sqlite:FILE or postgres:URL"),
        ("--store redis:x", "`redis:x` is no store: say memory, sqlite:FILE or postgres:URL"),
        ("--store postgres:x", "`postgres:x` is no store: say memory, sqlite:FILE or postgres:URL"),
        ("--listen", "`--listen` needs an address behind it"),
        ("--listen 3000", "`3000` is no address to listen at: say 127.0.0.1:3000 or [::1]:3000"),
    ];
    for (line, message) in table {
        assert_eq!(read(line).unwrap_err(), message, "{line}");
    }
}
