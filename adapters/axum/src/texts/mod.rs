//! Every text of the pages, in one catalog.

mod language;
mod table;

use std::borrow::Cow;

pub(crate) use language::Catalog;

/// A text, built in or the host's.
pub type Text = Cow<'static, str>;

macro_rules! texts {
    ($($name:ident: $english:literal, $dutch:literal;)*) => {
        /// Every text of the pages in one language.
        ///
        /// Start from a language that is there and change what should read differently, or translate
        /// all of it and give it another tag. Each field's documentation is its English text; a word
        /// in braces is filled in, and may be left out.
        ///
        /// ```
        /// use mfakit_axum::Texts;
        ///
        /// let mut texts = Texts::english();
        /// texts.setup_title = "Protect your account".into();
        ///
        /// let mut german = Texts::english();
        /// german.language = "de".into();
        /// german.verify = "Prüfen".into(); // and so on
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Texts {
            /// The language tag: `en`, `nl`.
            pub language: Text,
            $(#[doc = concat!("“", $english, "”")] pub $name: Text,)*
        }

        impl Texts {
            /// English.
            pub fn english() -> Self {
                Self { language: "en".into(), $($name: Cow::Borrowed($english),)* }
            }

            /// Dutch.
            pub fn dutch() -> Self {
                Self { language: "nl".into(), $($name: Cow::Borrowed($dutch),)* }
            }

            /// Every field's name and text, for finding what a translation has left out.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
                [$((stringify!($name), &*self.$name),)*].into_iter()
            }
        }
    };
}
pub(crate) use texts;

pub use table::Texts;

/// Fills a text's braces.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        let value = values.iter().find(|(key, _)| *key == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(fill("{a} of {b}!", &[("a", "{b}"), ("b", "2")]), "{b} of 2!");
        assert_eq!(fill("{unknown}x", &[]), "x");
    }

    #[test]
    fn both_languages_fill_in_the_same_words() {
        let words = |text: &str| {
            let parts = text.split('{').skip(1);
            let mut words: Vec<String> =
                parts.map(|part| part.split('}').next().unwrap().to_owned()).collect();
            words.sort();
            words
        };
        let (english, dutch) = (Texts::english(), Texts::dutch());
        for ((name, en), (_, nl)) in english.iter().zip(dutch.iter()) {
            assert_eq!(words(en), words(nl), "{name}");
            assert!(!en.is_empty() && !nl.is_empty(), "{name}");
        }
    }
}
