//! The choice of a visitor's language.

use axum::http::{HeaderMap, header};

use super::Texts;

/// The languages there are, the host's before the built-in ones.
#[derive(Debug, Clone)]
pub(crate) struct Catalog {
    english: Texts,
    others: Vec<Texts>,
}

impl Default for Catalog {
    fn default() -> Self {
        Self { english: Texts::english(), others: vec![Texts::dutch()] }
    }
}

impl Catalog {
    /// Takes the place of the language of the same tag, or adds one.
    pub(crate) fn add(&mut self, texts: Texts) {
        if same(&texts.language, &self.english.language) {
            self.english = texts;
            return;
        }
        self.others.retain(|other| !same(&other.language, &texts.language));
        self.others.push(texts);
    }

    /// The host's choice, else the browser's first that is there, else English.
    pub(crate) fn choose(&self, chosen: Option<&str>, headers: &HeaderMap) -> &Texts {
        if let Some(texts) = chosen.and_then(|tag| self.of(tag)) {
            return texts;
        }
        let lists = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        let mut ranges: Vec<(&str, u16)> =
            lists.filter_map(|list| list.to_str().ok()).flat_map(ranges).collect();
        ranges.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        let mut wanted = ranges.into_iter().filter(|(_, weight)| *weight > 0);
        wanted.find_map(|(tag, _)| self.of(tag)).unwrap_or(&self.english)
    }

    /// The language of a tag: `nl-BE` is `nl` where there is nothing closer (RFC 4647 §3.4).
    fn of(&self, tag: &str) -> Option<&Texts> {
        let mut tag = tag;
        loop {
            if let Some(texts) = self.all().find(|texts| same(&texts.language, tag)) {
                return Some(texts);
            }
            tag = tag.rsplit_once('-')?.0;
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Texts> {
        std::iter::once(&self.english).chain(&self.others)
    }
}

/// The ranges of an `Accept-Language` header with their weights in thousandths (RFC 9110 §12.5.4).
fn ranges(list: &str) -> impl Iterator<Item = (&str, u16)> {
    list.split(',').take(32).filter_map(|range| {
        let (tag, parameter) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight = parameter.trim().strip_prefix("q=")?;
        let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
        let thousandths = format!("{whole}{fraction:0<3}");
        let weight: u16 = thousandths.parse().ok().filter(|weight| *weight <= 1000)?;
        Some((tag.trim(), weight))
    })
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_hosts_choice_or_the_browsers_or_english() {
        let catalog = Catalog::default();
        let choose = |chosen, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
            catalog.choose(chosen, &headers).language.to_string()
        };
        for (chosen, accept, expected) in [
            (None, "", "en"),
            (None, "nl", "nl"),
            (None, "nl-BE, fr;q=0.9", "nl"),
            (None, "de, nl;q=0.5, en;q=0.8", "en"),
            (None, "en;q=0.3, NL;q=0.31", "nl"),
            (None, "nl;q=0, en", "en"),
            (None, "nl;q=7, de", "en"),
            (None, "*", "en"),
            (Some("nl"), "en", "nl"),
            (Some("xx"), "nl", "nl"),
        ] {
            assert_eq!(choose(chosen, accept), expected, "{chosen:?} {accept:?}");
        }
    }

    #[test]
    fn a_host_replaces_a_language_or_adds_one() {
        let mut catalog = Catalog::default();
        let mut dutch = Texts::dutch();
        dutch.verify = "Nakijken".into();
        catalog.add(dutch);
        let mut german = Texts::english();
        german.language = "de".into();
        catalog.add(german);
        let choose = |tag| catalog.choose(Some(tag), &HeaderMap::new());
        assert_eq!(choose("nl").verify, "Nakijken");
        assert_eq!(choose("de-AT").language, "de");
        assert_eq!(catalog.others.len(), 2);
    }
}
