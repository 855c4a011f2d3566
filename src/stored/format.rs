//! Which format is written.

/// The format that accounts are written in. Every release reads every earlier one.
///
/// A document says its format as a number, `"format": 1`, and a release refuses a number that it
/// does not know ([`StoredError::UnknownFormat`]): half-understood, an account could lose its
/// factors. Two rules let a fleet of servers change release while it runs, and change back:
///
/// - **Fields are added within a format.** A release that does not know a field carries it along,
///   wherever in the document it stands, and writes it back.
/// - **Everything else is a new format**, a new kind of factor among it. A release that brings one
///   goes on writing the older until the host asks for the newer here. Ask once no server runs a
///   release that cannot read it, and no server will have to run one again.
///
/// [`Default`] is the format that every release since the last major version reads.
///
/// [`StoredError::UnknownFormat`]: crate::store::StoredError::UnknownFormat
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// The first.
    #[default]
    V1,
}

impl Format {
    /// Every format that this release reads and writes, oldest first.
    pub const KNOWN: &[Self] = &[Self::V1];

    /// The number that a document carries.
    pub const fn number(self) -> u64 {
        match self {
            Self::V1 => 1,
        }
    }

    pub(super) fn of(number: u64) -> Option<Self> {
        Self::KNOWN.iter().copied().find(|format| format.number() == number)
    }
}
