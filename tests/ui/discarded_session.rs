//! A session that is dropped is a user who is not signed in.
#![deny(unused_must_use)]

use mfakit::{Assurance, Error, Mfa, SetupId};

async fn finish(mfa: &Mfa, session: &Assurance, setup: SetupId) -> Result<(), Error> {
    mfa.finish_setup(session, setup).await?;
    Ok(())
}

fn main() {}
