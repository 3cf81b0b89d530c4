//! The environment templates are rendered in: the closed list of filters and nothing else. No loader, no globals, no
//! functions; undefined values are strict where they would be printed, and nothing where they are asked for.

use crate::lang::text::expression::{CompareOp, Filter};
use minijinja::{Environment, UndefinedBehavior, Value};
use std::cmp::Ordering;
use std::sync::LazyLock;

/// Instructions one rendering may take. A long message takes some hundreds.
const FUEL: u64 = 50_000;
/// Nesting one rendering may reach; the parser refuses far less.
const RECURSION_MAX: usize = 128;

/// The one environment; made once, holds no templates.
pub static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    if let Ok(syntax) = environment.syntax().to_builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION_MAX);
    for filter in Filter::ALL {
        match filter {
            Filter::Title => environment.add_filter(filter.word(), |value: &Value| on_text(value, title)),
            Filter::Upper => environment.add_filter(filter.word(), |value: &Value| on_text(value, str::to_uppercase)),
            Filter::Lower => environment.add_filter(filter.word(), |value: &Value| on_text(value, str::to_lowercase)),
            Filter::Capitalize => environment.add_filter(filter.word(), |value: &Value| on_text(value, capitalize)),
            Filter::Trim => environment.add_filter(filter.word(), |value: &Value| on_text(value, |text| text.trim().to_owned())),
            Filter::FirstWord => environment.add_filter(filter.word(), |value: &Value| on_text(value, first_word)),
            Filter::Truncate => environment
                .add_filter(filter.word(), |value: &Value, length: usize| on_text(value, |text| truncate(text, length))),
            Filter::Default => environment.add_filter(
                filter.word(),
                |value: &Value, default: Value| if is_present(value) { value.clone() } else { default },
            ),
            Filter::Replace => environment
                .add_filter(filter.word(), |value: &Value, from: &str, to: &str| on_text(value, |text| replace(text, from, to))),
        }
    }
    environment.add_filter("is_present", is_present);
    environment.add_filter("compare", |left: &Value, sign: &str, right: &Value| compare(left, sign, right));
    environment
}

/// A missing value stays missing, so that `{{ pain | title or "x" }}` says `x`.
fn on_text(value: &Value, change: impl Fn(&str) -> String) -> Value {
    if value.is_undefined() {
        return value.clone();
    }
    let text = value.to_string();
    Value::from(change(value.as_str().unwrap_or(&text)))
}

fn is_present(value: &Value) -> bool {
    !value.is_undefined() && !value.is_none() && value.as_str() != Some("")
}

/// Every word with a great first letter and small ones behind it, as Jinja does it; an apostrophe is inside a word.
fn title(text: &str) -> String {
    let mut is_inside = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_inside {
            out.extend(c.to_lowercase())
        } else {
            out.extend(c.to_uppercase())
        }
        is_inside = c.is_alphanumeric() || c == '\'' || c == '’';
    }
    out
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_owned()
}

/// At most so many characters, the last an ellipsis where something was cut.
fn truncate(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    if length == 0 { String::new() } else { format!("{}…", kept.trim_end()) }
}

fn replace(text: &str, from: &str, to: &str) -> String {
    if from.is_empty() { text.to_owned() } else { text.replace(from, to) }
}

/// Numbers where both sides are numbers, else texts. A missing value equals nothing and is in no order.
fn compare(left: &Value, sign: &str, right: &Value) -> bool {
    let order = if is_present(left) && is_present(right) { order(left, right) } else { None };
    match CompareOp::from_sign(sign) {
        Some(CompareOp::Equal) => order == Some(Ordering::Equal),
        Some(CompareOp::NotEqual) => order != Some(Ordering::Equal),
        Some(CompareOp::Less) => order == Some(Ordering::Less),
        Some(CompareOp::LessOrEqual) => order.is_some_and(Ordering::is_le),
        Some(CompareOp::Greater) => order == Some(Ordering::Greater),
        Some(CompareOp::GreaterOrEqual) => order.is_some_and(Ordering::is_ge),
        None => false,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    let texts = (left.to_string(), right.to_string());
    let number = |text: &str| text.trim().parse::<f64>().ok();
    match (number(&texts.0), number(&texts.1)) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => Some(texts.0.cmp(&texts.1)),
    }
}
