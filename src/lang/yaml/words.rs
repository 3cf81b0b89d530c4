//! The small language inside strings: names, lengths of time, conditions, events and patterns, read as in camp files.

use crate::lang::camp::phrase;
use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostics;
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::{Cap, Event, Expr, GroupMember, Literal, Name, Regex, SendWindow, Text, Until};
use crate::lang::words;
use crate::lang::yaml::reader::Reader;
use crate::lang::yaml::tree::{Entry, Node, Resolved};
use crate::model::account::Channel;
use crate::model::time::Delay;

impl Reader {
    /// A name behind a key.
    pub fn name(&mut self, node: &Node, key: &str) -> Option<Name> {
        let text = self.text(node, key)?;
        self.good_name(text.value, text.span)
    }

    /// A name that is a key.
    pub fn name_of(&mut self, entry: &Entry) -> Option<Name> {
        self.good_name(entry.key.clone(), entry.span)
    }

    /// A bad name is told, and kept so that what uses it is no second fault.
    fn good_name(&mut self, word: String, span: Span) -> Option<Name> {
        self.faults.extend(words::bad_name(&word, span));
        Some(Spanned::new(word, span))
    }

    /// A label; one made from a place (`accept.timeout.2`) is no name, and is looked for as it stands.
    pub fn label(&mut self, word: &str, span: Span) -> Name {
        if !word.contains('.') {
            self.faults.extend(words::bad_name(word, span));
        }
        Spanned::new(word.to_owned(), span)
    }

    /// A field; each part between points is a name.
    pub fn field(&mut self, node: &Node, key: &str) -> Option<Name> {
        let text = self.text(node, key)?;
        let fault = text.value.split('.').find_map(|part| words::bad_name(part, text.span));
        self.faults.extend(fault);
        Some(Spanned::new(text.value, text.span))
    }

    /// One name, or a list of them.
    pub fn names(&mut self, node: &Node, key: &str) -> Vec<Name> {
        self.one_or_more(node, key, "names").iter().filter_map(|node| self.name(node, key)).collect()
    }

    /// `3 days`, `2 to 20 hours`
    pub fn delay(&mut self, node: &Node, key: &str) -> Option<Spanned<Delay>> {
        let text = self.words(node, key, "a length of time", "write a number and a unit, such as `3 days`")?;
        self.keep(phrase::delay(&text))
    }

    /// `14 days`, where a range has no place.
    pub fn exact_delay(&mut self, node: &Node, key: &str) -> Option<Spanned<Delay>> {
        let text = self.words(node, key, "a length of time", "write a number and a unit, such as `14 days`")?;
        self.keep(phrase::exact_delay(&text))
    }

    /// `monday 09:00`, `reply.return_date or 7 days`
    pub fn until(&mut self, node: &Node, key: &str) -> Option<Spanned<Until>> {
        let text = self.words(node, key, "a time", "write it as `monday 09:00`, `3 days`, or a date field")?;
        self.keep(phrase::until(&text))
    }

    /// A condition.
    pub fn condition(&mut self, node: &Node, key: &str) -> Option<Expr> {
        let text = self.words(node, key, "a condition", "write it as one text, such as `open profile and not replied`")?;
        self.keep(phrase::condition(&text))
    }

    /// An event, with its argument.
    pub fn event(&mut self, node: &Node, key: &str) -> Option<Event> {
        let text = self.words(node, key, "an event", "write it as one text, such as `accepted` or `reply is interested`")?;
        self.keep(phrase::event(&text))
    }

    /// `0 9 * * tue`
    pub fn cron(&mut self, node: &Node, key: &str) -> Option<Spanned<String>> {
        let text = self.words(node, key, "a cron expression", "write its five fields in quotes: \"0 9 * * tue\"")?;
        self.faults.extend(words::bad_cron(&text.value, text.span));
        Some(Spanned::new(text.value, text.span))
    }

    /// `10:30`, as a minute of the day.
    pub fn time(&mut self, node: &Node, key: &str) -> Option<u16> {
        let text = self.words(node, key, "a time of day", "write it in quotes: \"10:30\"")?;
        self.keep(phrase::time(&text))
    }

    /// A field, or an id in quotes of its own: `colleague`, `"acc_boss"`.
    pub fn member(&mut self, node: &Node, key: &str) -> Option<GroupMember> {
        let text = self.words(node, key, "fields and ids", "write a field, or an id in quotes of its own: '\"acc_boss\"'")?;
        self.keep(phrase::member(&text))
    }

    /// `/pattern/i`
    pub fn pattern(&mut self, node: &Node, key: &str) -> Option<Spanned<Regex>> {
        let text = self.words(node, key, "a pattern", "write it between slashes: `/yes|sure/i`")?;
        self.keep(phrase::regex(&text))
    }

    /// `monday to friday 09:00-12:00, 14:00-17:30`
    pub fn send_window(&mut self, node: &Node, key: &str) -> Option<SendWindow> {
        let text = self.words(node, key, "days and times", "write them as `monday to friday 09:00-17:30`")?;
        self.keep(phrase::send_window(&text))
    }

    /// `20 a day, 100 a week`
    pub fn caps(&mut self, node: &Node, key: &str) -> Option<Vec<Spanned<Cap>>> {
        let text = self.words(node, key, "counts and windows", "write them as `20 a day, 100 a week`")?;
        self.keep(phrase::caps(&text))
    }

    fn keep<T>(&mut self, (value, faults): (Option<T>, Diagnostics)) -> Option<T> {
        self.faults.extend(faults);
        value
    }

    fn words(&mut self, node: &Node, key: &str, takes: &str, help: &str) -> Option<Text> {
        match node.scalar().filter(|scalar| scalar.resolved() == Resolved::Text) {
            Some(scalar) => Some(scalar.to_text(node.span)),
            None => {
                self.wrong(node, key, takes, help);
                None
            }
        }
    }

    /// The value of a closed list of words.
    pub fn word<T>(&mut self, node: &Node, key: &str, choices: &[(&'static str, T)]) -> Option<Spanned<T>>
    where
        T: Copy,
    {
        let text = self.text(node, key)?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text.value) {
            return Some(Spanned::new(*value, text.span));
        }
        let known = choices.iter().map(|(word, _)| *word);
        let help = match words::nearest(&text.value, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is {}", words::one_of(known)),
        };
        self.fault(Code::Unexpected, text.span, format!("`{}` is nothing that `{key}` knows", text.value), help);
        None
    }

    /// A channel.
    pub fn channel(&mut self, node: &Node, key: &str) -> Option<Spanned<Channel>> {
        self.word(node, key, &Channel::ALL.map(|channel| (channel.word(), channel)))
    }

    /// A number without quotes, or a text.
    pub fn literal(&mut self, node: &Node, key: &str) -> Option<Spanned<Literal>> {
        let number = node.scalar().filter(|scalar| scalar.resolved() == Resolved::Number);
        match number.and_then(|scalar| scalar.value.parse::<f64>().ok()).filter(|number| number.is_finite()) {
            Some(number) => Some(Spanned::new(Literal::Number(number), node.span)),
            None => self.string(node, key).map(|text| Spanned::new(Literal::Text(text.value), text.span)),
        }
    }
}

/// A place and its value side by side: from a key to the end of what stands behind it.
pub fn span_of(entry: &Entry) -> Span {
    entry.span.to(entry.value.span)
}
