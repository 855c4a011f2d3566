//! The fields of a form, wiped when dropped and never printed.

use std::fmt;

use zeroize::Zeroizing;

/// The longest body of a request, in bytes. The longest form has three codes and a label.
pub(crate) const MAX_BODY: usize = 4096;

/// The fields of a form. Codes among them are in no error, no log and no `Debug`.
pub(crate) struct Fields(Vec<(String, Zeroizing<String>)>);

impl Fields {
    /// What a request of another form says, for recognizing it when it comes again.
    pub(crate) fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = pairs.into_iter();
        Self(pairs.map(|(k, v)| (k.to_owned(), Zeroizing::new(v.to_owned()))).collect())
    }

    /// The fields of a form's body, or of a query.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(encoded);
        Self(pairs.map(|(k, v)| (k.into_owned(), Zeroizing::new(v.into_owned()))).collect())
    }

    /// A field as it was typed, the first of its name; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// A field that is an identifier; `None` when it is not there or cannot be one.
    pub(crate) fn id<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }

    /// Whether it says to be a form that the session has left behind.
    pub(crate) fn names_another_form(&self, current: u32) -> bool {
        self.id("form").is_some_and(|form: u32| form != current)
    }

    /// Every field with its value, for recognizing the same form.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fields({} redacted)", self.0.len())
    }
}
