//! How a set of codes was hashed, as it is written beside the set.

use argon2::Params;

use crate::domain::{HashScheme, Invalid, KeyId};
use crate::ports::HasherError;

/// Argon2id, version 19, one lane; the costs, and the pepper's name if there is one.
///
/// `$argon2id$v=19$m=19456,t=2,p=1`, and `,keyid=NAME` behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scheme {
    pub(super) costs: Costs,
    pub(super) pepper: Option<KeyId>,
}

/// Memory in KiB and passes over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Costs {
    memory: u32,
    passes: u32,
}

const PREFIX: &str = "$argon2id$v=19$";

impl Costs {
    /// 19 MiB twice: the middle row of ASVS 5.0 appendix C.
    pub(super) const DEFAULT: Self = Self { memory: 19_456, passes: 2 };
    /// For tests: 64 KiB once.
    #[cfg(any(test, feature = "testing"))]
    pub(super) const CHEAP: Self = Self { memory: 64, passes: 1 };

    /// The most that is computed: 64 MiB ten times, about half a second. A stored scheme
    /// beyond it is an attack on the server's memory, or a mistake.
    const MAX: Self = Self { memory: 65_536, passes: 10 };
    /// The least that is computed: what tests use.
    const MIN: Self = Self { memory: 64, passes: 1 };

    /// Costs for new codes: not below ASVS 5.0 appendix C (46 MiB once, 19 MiB twice, 12 MiB three
    /// times).
    pub(super) fn for_new_codes(memory: u32, passes: u32) -> Result<Self, Invalid> {
        let range = |what, min: u32, max: u32, found: u32| {
            let (min, max, found) = (min.into(), max.into(), found.into());
            Err(Invalid::Range { what, min, max, found })
        };
        if !(1..=Self::MAX.passes).contains(&passes) {
            return range("passes", 1, Self::MAX.passes, passes);
        }
        let least = match passes {
            1 => 47_104,
            2 => 19_456,
            _ => 12_288,
        };
        if !(least..=Self::MAX.memory).contains(&memory) {
            return range("memory in KiB", least, Self::MAX.memory, memory);
        }
        Ok(Self { memory, passes })
    }

    pub(super) fn params(self) -> Result<Params, HasherError> {
        Params::new(self.memory, self.passes, 1, Some(32)).map_err(|error| {
            HasherError::Failed(Box::new(std::io::Error::other(error.to_string())))
        })
    }
}

impl Scheme {
    /// Reads a stored scheme and refuses its costs before anything is computed.
    pub(super) fn read(stored: &HashScheme) -> Result<Self, HasherError> {
        let text = stored.as_str();
        let Some(rest) = text.strip_prefix(PREFIX) else {
            return Err(HasherError::Scheme("it is not argon2id of version 19"));
        };
        let mut fields = rest.split(',');
        let mut number = |name| {
            let field = fields.next()?.strip_prefix(name)?;
            field.parse::<u32>().ok()
        };
        let numbers = (number("m="), number("t="), number("p="));
        let (Some(memory), Some(passes), Some(lanes)) = numbers else {
            return Err(HasherError::Scheme("its costs cannot be read"));
        };
        if !(Costs::MIN.memory..=Costs::MAX.memory).contains(&memory) {
            return Err(HasherError::Scheme("its memory is not 64 to 65536 KiB"));
        }
        if !(Costs::MIN.passes..=Costs::MAX.passes).contains(&passes) {
            return Err(HasherError::Scheme("its passes are not 1 to 10"));
        }
        if lanes != 1 {
            return Err(HasherError::Scheme("its parallelism is not 1"));
        }
        let unreadable = HasherError::Scheme("its pepper cannot be read");
        let pepper = match fields.next().map(|field| field.strip_prefix("keyid=")) {
            None => None,
            Some(id) => match id.and_then(|id| KeyId::new(id).ok()) {
                Some(id) => Some(id),
                None => return Err(unreadable),
            },
        };
        let scheme = Self { costs: Costs { memory, passes }, pepper };
        // What is left over, plus signs and leading zeros: only what this hasher writes is read.
        if scheme.text() != text {
            return Err(HasherError::Scheme("it is not in its usual form"));
        }
        Ok(scheme)
    }

    /// The scheme as it is stored.
    pub(super) fn write(&self) -> Result<HashScheme, HasherError> {
        HashScheme::new(self.text()).map_err(|invalid| HasherError::Failed(Box::new(invalid)))
    }

    fn text(&self) -> String {
        let Costs { memory, passes } = self.costs;
        let pepper = self.pepper.as_ref().map_or(String::new(), |id| format!(",keyid={id}"));
        format!("{PREFIX}m={memory},t={passes},p=1{pepper}")
    }
}

#[cfg(test)]
#[path = "scheme_tests.rs"]
mod tests;
