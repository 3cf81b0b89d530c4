//! The day of return that an out-of-office reply names: ISO, `15/01/2027`, `15 January`, `Jan 15`, in seven languages.

use jiff::ToSpan;
use jiff::civil::Date;

/// A return further off than this is misread, in days.
const AHEAD_DAYS_MAX: i32 = 366;

/// A day and month in numbers is day first when that lies within so many days; else whichever comes sooner.
const DAY_FIRST_DAYS: i32 = 60;

/// Month names and their abbreviations by month, in lower case: en, fr, de, es, it, pt, nl.
const MONTHS: [&str; 12] = [
    "january jan janvier janv januar jänner enero ene gennaio gen janeiro januari",
    "february feb février fevrier févr februar febrero febbraio fevereiro fev februari",
    "march mar mars märz maerz mär marzo março marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juin juni junio giugno giu junho",
    "july jul juillet juil juli julio luglio lug julho",
    "august aug août aout agosto ago augustus",
    "september sep sept septembre septiembre setiembre settembre set setembro",
    "october oct octobre oktober okt octubre ottobre ott outubro",
    "november nov novembre noviembre novembro",
    "december dec décembre decembre déc dezember dez diciembre dic dicembre dezembro",
];

/// How many names of each month are English and may stand before the day.
const ENGLISH: usize = 2;

/// The latest day named that is not past and within a year.
pub(super) fn return_date(text: &str, today: Date) -> Option<Date> {
    let words: Vec<String> = words(text);
    let named = (0..words.len()).filter_map(|at| named_at(words.get(at..)?, today));
    let in_numbers =
        text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')')).filter_map(|word| numeric(word, today));
    let last = today.checked_add(AHEAD_DAYS_MAX.days()).ok()?;
    named.chain(in_numbers).filter(|date| (today..=last).contains(date)).max()
}

/// Letters together, digits together, in lower case.
fn words(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.chars().flat_map(char::to_lowercase) {
        let joins = (c.is_alphabetic() && before.is_alphabetic()) || (c.is_ascii_digit() && before.is_ascii_digit());
        if joins && let Some(word) = all.last_mut() {
            word.push(c);
        } else if c.is_alphanumeric() {
            all.push(c.to_string());
        }
        before = c;
    }
    all
}

/// `15 january 2027`, `15th of january`, `1er février`, `15 de enero de 2027`, `january 15, 2027` at the start of the words.
fn named_at(words: &[String], today: Date) -> Option<Date> {
    let rest = |from: usize| words.get(from..).unwrap_or(&[]);
    let first = words.first()?;
    if let Some(day) = day(first) {
        let gap = rest(1)
            .iter()
            .take_while(|word| matches!(word.as_str(), "st" | "nd" | "rd" | "th" | "er" | "º" | "o" | "of" | "de" | "the"))
            .count();
        let month = month(words.get(1 + gap)?, usize::MAX)?;
        return placed(day, month, year(rest(2 + gap)), today);
    }
    let month = month(first, ENGLISH)?;
    let gap = usize::from(words.get(1).is_some_and(|word| word == "the"));
    let day = day(words.get(1 + gap)?)?;
    let suffix = usize::from(words.get(2 + gap).is_some_and(|word| matches!(word.as_str(), "st" | "nd" | "rd" | "th")));
    placed(day, month, year(rest(2 + gap + suffix)), today)
}

fn day(word: &str) -> Option<i8> {
    word.parse().ok().filter(|day| (1..=31).contains(day) && word.len() <= 2)
}

/// The month of a name, among the first `among` names of each.
fn month(word: &str, among: usize) -> Option<i8> {
    let at = MONTHS.iter().position(|names| names.split(' ').take(among).any(|name| name == word))?;
    i8::try_from(at + 1).ok()
}

/// `2027`, also after `de` or `del`.
fn year(words: &[String]) -> Option<i16> {
    let word = words.iter().find(|word| !matches!(word.as_str(), "de" | "del"))?;
    word.parse().ok().filter(|year| (2000..=2200).contains(year))
}

/// A day without a year is the one nearest to today.
fn placed(day: i8, month: i8, year: Option<i16>, today: Date) -> Option<Date> {
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    (-1..=1).filter_map(|ahead| Date::new(today.year() + ahead, month, day).ok()).min_by_key(|date| distance(today, *date).abs())
}

fn distance(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

/// `2027-01-15`, `15/01/2027`, `15.01.2027`, `15-1-27`, `15.01.`, `15/01`.
fn numeric(word: &str, today: Date) -> Option<Date> {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit());
    if let Ok(date) = word.parse::<Date>() {
        return Some(date);
    }
    let mark = word.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-'))?;
    let parts: Vec<i16> = word.split(mark).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (first, second, year) = match parts.as_slice() {
        [first, second] if mark != '-' => (*first, *second, None),
        [first, second, year] => (*first, *second, Some(if *year < 100 { 2000 + *year } else { *year })),
        _ => return None,
    };
    let made = |day: i16, month: i16| placed(i8::try_from(day).ok()?, i8::try_from(month).ok()?, year, today);
    let day_first = made(first, second).filter(|date| *date >= today);
    let month_first = made(second, first).filter(|date| *date >= today);
    match (day_first, month_first) {
        (Some(day_first), Some(month_first)) if distance(today, day_first) > DAY_FIRST_DAYS => Some(day_first.min(month_first)),
        (Some(date), _) | (None, Some(date)) => Some(date),
        (None, None) => None,
    }
}
