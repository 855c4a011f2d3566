//! Every text of the pages: the list in one place, and a file for each language.
//!
//! One more language is one more file with a value for each field of [`Texts`], which the compiler
//! sees to, and a line in [`Catalog`]'s default.

mod dutch;
mod english;
mod language;
mod list;

pub(crate) use language::Catalog;
pub use list::{Text, Texts};

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
    fn every_language_fills_in_the_same_words() {
        let words = |text: &str| {
            let parts = text.split('{').skip(1);
            let mut words: Vec<String> =
                parts.map(|part| part.split('}').next().unwrap().to_owned()).collect();
            words.sort();
            words
        };
        let (english, catalog) = (Texts::english(), Catalog::default());
        for texts in catalog.all() {
            for ((name, en), (_, text)) in english.iter().zip(texts.iter()) {
                assert_eq!(words(en), words(text), "{name} in {}", texts.language);
                assert!(!text.is_empty(), "{name} in {}", texts.language);
            }
        }
        assert_eq!(catalog.all().count(), 2);
    }
}
