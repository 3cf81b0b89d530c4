//! `--where EXPR`: a condition of the language over a contact's row, its fields and tags; or one word of its state.

use crate::cli::ending::{Ending, WRONG};
use serde_json::Value;

/// `parked`, `outcome is replied and company contains "Labs"`
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Vec<Vec<Test>>);

#[derive(Debug, Clone, PartialEq)]
struct Test {
    name: String,
    is_wanted: bool,
    kind: Kind,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Is,
    Contains,
    Present,
    /// A word of the status, outcome or reason.
    Word,
    Tagged,
}

impl Filter {
    /// Reads `… and … or …` of `NAME is VALUE`, `NAME is not VALUE`, `NAME contains "…"`, `NAME is present|missing`,
    /// `tagged "…"`, or a bare word.
    pub fn parse(text: &str) -> Result<Self, Ending> {
        let words = words(text);
        let mut groups = vec![Vec::new()];
        for alternative in words.split(|word| word == "or") {
            let tests = alternative.split(|word| word == "and").map(|words| test(words, text)).collect::<Result<Vec<_>, _>>()?;
            groups.push(tests);
        }
        groups.retain(|group| !group.is_empty());
        Ok(Self(groups))
    }

    /// Does a contact fit? `entry`: `{row, fields, tags}`.
    pub fn fits(&self, entry: &Value) -> bool {
        self.0.iter().any(|group| group.iter().all(|test| test.holds(entry) == test.is_wanted))
    }
}

impl Test {
    fn holds(&self, entry: &Value) -> bool {
        let held = |name: &str| {
            let value = entry
                .get("row")
                .and_then(|row| row.get(name))
                .or_else(|| entry.get("fields").and_then(|fields| fields.get(name)));
            value.filter(|value| !value.is_null()).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let same = |text: String| text.eq_ignore_ascii_case(&self.value);
        match self.kind {
            Kind::Is => held(&self.name).is_some_and(same),
            Kind::Contains => held(&self.name).is_some_and(|text| text.to_lowercase().contains(&self.value.to_lowercase())),
            Kind::Present => held(&self.name).is_some_and(|text| !text.is_empty()),
            Kind::Word => ["status", "outcome", "reason", "step"].iter().filter_map(|name| held(name)).any(same),
            Kind::Tagged => {
                let tags = entry.get("tags").and_then(Value::as_array);
                tags.is_some_and(|tags| tags.iter().any(|tag| tag.as_str() == Some(&self.value)))
            }
        }
    }
}

fn test(words: &[String], whole: &str) -> Result<Test, Ending> {
    let made =
        |name: &str, is_wanted, kind, value: &str| Test { name: name.to_owned(), is_wanted, kind, value: value.to_owned() };
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(match texts.as_slice() {
        ["tagged", tag] => made("", true, Kind::Tagged, tag),
        [word] => made("", true, Kind::Word, word),
        ["not", word] => made("", false, Kind::Word, word),
        [name, "is", "present"] => made(name, true, Kind::Present, ""),
        [name, "is", "missing"] => made(name, false, Kind::Present, ""),
        [name, "is", "not", value] => made(name, false, Kind::Is, value),
        [name, "is", value] => made(name, true, Kind::Is, value),
        [name, "contains", value] => made(name, true, Kind::Contains, value),
        _ => {
            return Err(Ending::new(WRONG, format!("`--where {whole}` is not understood"))
                .help("write it as `parked`, `outcome is replied`, `company contains \"Labs\" and not ended`"));
        }
    })
}

/// Words, those in quotes whole.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in text.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::Filter;
    use serde_json::json;

    #[test]
    fn words_comparisons_and_tags_are_understood() {
        let entry = json!({ "row": { "status": "parked", "outcome": null, "step": "first" }, "fields": { "company": "Blue Labs" }, "tags": ["vip"] });
        let fits = |text: &str| Filter::parse(text).is_ok_and(|filter| filter.fits(&entry));
        assert!(fits("parked") && fits("status is parked") && fits("company contains \"labs\" and step is first"));
        assert!(fits("ended or tagged \"vip\"") && fits("outcome is missing") && fits("not ended"));
        assert!(!fits("ended") && !fits("status is not parked") && !fits("company is \"Blue\""));
        assert!(Filter::parse("status = parked").is_err());
    }
}
