//! What guesses have cost: the budget, and the counts of the latest challenges.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::domain::GuessBudget;
use crate::domain::parts::{ChargedChallenge, Extra};
use crate::stored::StoredError;
use crate::stored::reading::{checked, ensure, optional_time, write_time};

#[derive(Serialize, Deserialize, Default, PartialEq)]
pub(super) struct BudgetV1 {
    #[serde(default, skip_serializing_if = "is_default")]
    spent: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    told: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    refill_due: bool,
    #[serde(flatten)]
    extra: Extra,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ChargedV1 {
    id: String,
    spent: u8,
    #[serde(flatten)]
    extra: Extra,
}

impl BudgetV1 {
    pub(super) fn of(budget: &GuessBudget) -> Self {
        Self {
            spent: budget.spent,
            since: budget.since.map(write_time),
            told: budget.told,
            refill_due: budget.refill_due,
            extra: budget.extra.clone(),
        }
    }

    pub(super) fn into_budget(self) -> Result<GuessBudget, StoredError> {
        // Spent guesses without a time would never grow back.
        let timed = self.since.is_some() == (self.spent > 0);
        ensure(timed, "since", "must be there if, and only if, guesses are spent")?;
        Ok(GuessBudget {
            spent: self.spent,
            since: optional_time("since", self.since.as_deref())?,
            told: self.told,
            refill_due: self.refill_due,
            extra: self.extra,
        })
    }
}

impl ChargedV1 {
    pub(super) fn of(charged: &ChargedChallenge) -> Self {
        Self { id: charged.id.to_string(), spent: charged.spent, extra: charged.extra.clone() }
    }

    pub(super) fn into_charged(self) -> Result<ChargedChallenge, StoredError> {
        Ok(ChargedChallenge {
            id: checked("id", self.id.parse())?,
            spent: self.spent,
            extra: self.extra,
        })
    }
}
