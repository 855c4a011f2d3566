//! Rules about finding many accounts.

use crate::domain::{KeyId, Subject};
use crate::testing::conformance::Candidate;
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect};
use crate::testing::conformance::samples::accounts::{Author, subject};
use crate::testing::conformance::steps::accounts::{committed, created};

rules! {
    "one answer each, in the order of the subjects; `None` where there is no row"
    a_batch_answers_in_order
    "every subject whose account holds a secret under the key, ascending in bytes, after `after`"
    pages_of_sealed_accounts_are_complete_and_ascending
}

async fn a_batch_answers_in_order(c: Candidate) -> Result<Outcome, Violation> {
    let Some(index) = &c.index else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let ada = created(&*c.accounts, &mut author, "ada").await?;
    let bob = created(&*c.accounts, &mut author, "bob").await?;
    let (ada_too, nobody) = (ada.subject().clone(), subject("Ada")?);
    let asked = [bob.subject().clone(), nobody, ada_too.clone(), ada_too];
    let expected = vec![Some(bob), None, Some(ada.clone()), Some(ada)];
    expect("a batch of four", &expected, &index.load_many(&asked).await?)?;
    expect("an empty batch", &Vec::new(), &index.load_many(&[]).await?)?;
    let many: Result<Vec<Subject>, _> = (0..1000).map(|n| subject(&format!("n{n}"))).collect();
    expect("a batch of a thousand", &1000, &index.load_many(&many?).await?.len())?;
    Ok(Outcome::Kept)
}

async fn pages_of_sealed_accounts_are_complete_and_ascending(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(index) = &c.index else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    created(&*c.accounts, &mut author, "without a factor").await?;
    let mut names = vec!["b", "a", "Z", "é", "a b", "aa", "B", "10", "9", "z"];
    for name in &names {
        committed(&*c.accounts, &author.largest(&subject(name)?)?).await?;
    }
    names.sort_unstable();
    let old =
        KeyId::new("old").map_err(crate::testing::conformance::samples::accounts::broken_sample)?;
    for limit in [1, 3, 10, 100] {
        let mut found: Vec<String> = Vec::new();
        let mut after: Option<Subject> = None;
        for _ in 0..100 {
            let page = index.sealed_under(&old, after.as_ref(), limit).await?;
            if page.subjects.len() > limit {
                return Err(Violation::new(format!(
                    "{} in a page of {limit}",
                    page.subjects.len()
                )));
            }
            found.extend(page.subjects.iter().map(ToString::to_string));
            after = page.subjects.last().cloned().or(after);
            if !page.more {
                break;
            }
            if page.subjects.is_empty() {
                return Err(Violation::new("an empty page says that there is more"));
            }
        }
        expect(
            &format!("the subjects in pages of {limit}"),
            &names,
            &found.iter().map(String::as_str).collect(),
        )?;
    }
    let unknown = KeyId::new("unknown")
        .map_err(crate::testing::conformance::samples::accounts::broken_sample)?;
    let none = index.sealed_under(&unknown, None, 10).await?;
    expect("accounts under an unknown key", &(0, false), &(none.subjects.len(), none.more))?;
    Ok(Outcome::Kept)
}
