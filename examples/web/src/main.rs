//! `cargo run --example web`: see [`web::USAGE`].
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person")]

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use web::{ACCOUNTS, Config, ORGANIZATIONS, Options, PASSWORD, Running, USAGE};

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::read(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.help {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", sentence(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(options.listen).await;
    let listener =
        listener.map_err(|error| format!("cannot listen at {}: {error}", options.listen))?;
    let config = Config {
        store: options.store,
        keys: std::env::var("MFAKIT_KEYS").ok(),
        https: options.https,
        mail: Arc::new(|message| {
            println!(
                "\n--- A message, which a real application would send by e-mail ---\n{message}"
            )
        }),
        ..Config::default()
    };
    let running = web::start(config, listener).await?;
    welcome(&running);
    tokio::signal::ctrl_c().await?;
    println!("\nStopping.");
    Ok(running.stop().await?)
}

fn welcome(running: &Running) {
    let names: Vec<&str> = ORGANIZATIONS.iter().map(|(_, name)| *name).collect();
    println!("Scrivio is at http://{}\n", running.address());
    println!("Organizations: {}.", names.join(" and "));
    println!("Accounts, all with the password `{PASSWORD}`:");
    for account in &ACCOUNTS {
        let names = ORGANIZATIONS.iter().filter(|(id, _)| account.member_of.contains(id));
        let names: Vec<&str> = names.map(|(_, name)| *name).collect();
        let is = match (account.administers, account.verified) {
            (Some(_), _) => format!("administrator of {}", names.join(" and ")),
            (None, false) => "in no organization, its e-mail address not verified".to_owned(),
            (None, true) => format!("member of {}", names.join(" and ")),
        };
        println!("  {:26} {is}", account.email);
    }
    println!();
    running.notes().iter().for_each(|note| println!("{note}"));
    if !running.address().ip().is_loopback() {
        println!(
            "Other machines can reach it, and everybody knows the password: a demonstration, no service."
        );
    }
    println!("Press Ctrl-C to stop.");
}

/// An error with everything that caused it.
fn sentence(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
