//! Both designs behind one face.

use shared::{Authenticator, Outcome, Peer};
use sqlx::SqlitePool;
use totp_rs::Secret;

use crate::{careful, quick};

#[derive(Clone, Copy)]
pub(crate) enum Design {
    Quick,
    Careful,
}

#[derive(Clone)]
pub(crate) struct HandMade {
    pub(crate) pool: SqlitePool,
    pub(crate) design: Design,
}

/// A session that has a password only, and whose it is.
pub(crate) struct SignIn {
    session: i64,
    user: i64,
}

impl Peer for HandMade {
    type Challenge = SignIn;
    /// The user.
    type Session = i64;

    async fn enroll(&self, number: u64) -> (Authenticator, Vec<String>) {
        let (user, bytes): (i64, [u8; 20]) = (number.cast_signed(), rand::random());
        let stored = match self.design {
            Design::Quick => bytes.to_vec(),
            Design::Careful => careful::seal(user, &bytes),
        };
        let insert = "INSERT INTO users (id, totp_secret) VALUES (?, ?)";
        let insert = sqlx::query(insert).bind(user).bind(stored).execute(&self.pool).await;
        insert.expect("a user");
        let codes = quick::issue(&self.pool, user).await.expect("codes");
        (Authenticator::of(Secret::from(bytes.to_vec())), codes)
    }

    async fn challenge(&self, number: u64) -> SignIn {
        let user = number.cast_signed();
        let insert = "INSERT INTO sessions (user_id) VALUES (?) RETURNING id";
        let session = sqlx::query_scalar(insert).bind(user).fetch_one(&self.pool).await;
        SignIn { session: session.expect("a session"), user }
    }

    async fn answer(&self, sign_in: &SignIn, code: &str) -> (Outcome, Option<i64>) {
        let SignIn { session, user } = *sign_in;
        let outcome = match self.design {
            Design::Quick => quick::verify_code(&self.pool, session, user, code).await,
            Design::Careful => careful::verify_code(&self.pool, session, user, code).await,
        };
        whose(outcome, user)
    }

    async fn recover(&self, sign_in: &SignIn, code: &str) -> (Outcome, Option<i64>) {
        let SignIn { session, user } = *sign_in;
        let outcome = match self.design {
            Design::Quick => quick::verify_recovery(&self.pool, session, user, code).await,
            Design::Careful => careful::verify_recovery(&self.pool, session, user, code).await,
        };
        whose(outcome, user)
    }

    async fn issue(&self, user: &i64) -> Vec<String> {
        quick::issue(&self.pool, *user).await.expect("codes")
    }

    fn wrong_recovery(&self, _: &[String]) -> String {
        let bytes: [u8; 10] = rand::random();
        Secret::from(bytes.to_vec()).to_base32()
    }
}

fn whose(outcome: sqlx::Result<Outcome>, user: i64) -> (Outcome, Option<i64>) {
    match outcome {
        Ok(Outcome::Accepted) => (Outcome::Accepted, Some(user)),
        Ok(outcome) => (outcome, None),
        Err(_) => (Outcome::Failed, None),
    }
}
