//! Statements that stand on one line, and bodies of them.

use crate::lang::camp::blocks::{Block as Paired, Node, stray_clause};
use crate::lang::camp::grammar::{Pair, Phrase, Rule, child, children, only};
use crate::lang::camp::head::head;
use crate::lang::camp::reader::{Reader, STATEMENTS_MAX, at};
use crate::lang::camp::vocabulary;
use crate::lang::code::Code;
use crate::lang::syntax::{Block, EndName, GroupMember, Late, LateElse, Name, Notes, SetValue, Statement, StatementKind};
use crate::lang::words;
use crate::model::account::InmailApi;

/// Where a statement stands, for sentences.
pub const PLACE: &str = "a path of steps";

impl<'f> Reader<'f> {
    /// A body of statements under a header.
    pub fn body(&mut self, header: usize, nodes: &[Node]) -> Block {
        let statements = self.statements(nodes);
        Block { statements, span: self.span(header), notes: self.notes(header), end_notes: Notes::default() }
    }

    /// The body of a block that is closed by its own `end`.
    pub fn whole_body(&mut self, block: &Paired) -> Block {
        Block { end_notes: self.end_notes(block), ..self.body(block.header, &block.children) }
    }

    /// Statements; what cannot be read is reported and left out.
    pub fn statements(&mut self, nodes: &[Node]) -> Vec<Statement> {
        let mut statements: Vec<Statement> = Vec::with_capacity(nodes.len());
        // Whether the line before was read: `late` belongs to it.
        let mut was_read = true;
        let mut is_clause_told = false;
        for node in nodes {
            if let Node::Line(index) = node
                && self.is_late(*index)
            {
                self.late(*index, statements.last_mut(), was_read);
                continue;
            }
            // Clauses of a block whose opener is missing: the first tells of it.
            if let Node::Line(index) = node
                && self.is_clause(*index)
                && std::mem::replace(&mut is_clause_told, true)
            {
                continue;
            }
            let statement = self.statement(node);
            was_read = statement.is_some();
            statements.extend(statement);
        }
        statements
    }

    fn is_clause(&self, index: usize) -> bool {
        let line = self.lines.get(index).filter(|line| !line.is_broken);
        line.is_some_and(|line| self.head(index).clause(&line.mask).is_some())
    }

    fn is_late(&self, index: usize) -> bool {
        let head = self.head(index);
        head.label.is_none() && head.word(0) == "late"
    }

    /// `late: within 2 days else skip`, on its own line directly after a send.
    fn late(&mut self, index: usize, before: Option<&mut Statement>, was_read: bool) {
        let mask = self.lines.get(index).map(|line| line.mask.as_str()).unwrap_or_default();
        let behind = mask.trim_start_matches("late").trim_start().trim_start_matches(':').trim_start();
        if vocabulary::STATEMENTS.contains(&head(behind).word(0)) {
            self.diagnostics.extend(words::bad_name("late", self.first_word(index)));
            return;
        }
        let late = self.optional_clause(index, Rule::late_line, |phrase, pair| {
            let word = child(&pair, Rule::late_else)?;
            let otherwise = match word.as_str() {
                "skip" => LateElse::Skip,
                "stop" => LateElse::Stop,
                _ => LateElse::Send,
            };
            Some(Late { within: phrase.delay_in(&pair), otherwise: at(otherwise, phrase, &word) })
        });
        let (Some(late), true) = (late, was_read) else { return };
        match before {
            Some(before) if can_be_late(&before.kind) && before.late.is_none() => before.late = Some(late),
            Some(before) if before.late.is_some() => {
                self.fault(Code::Unexpected, late.span, "a second `late` for the same send", "keep one of the two");
            }
            Some(_) | None => {
                let help = "write it on its own line directly after a `send`, `send inmail` or `start group`";
                self.fault(Code::Unexpected, late.span, "`late` stands behind no send", help);
            }
        }
    }

    fn statement(&mut self, node: &Node) -> Option<Statement> {
        let header = match node {
            Node::Line(index) => *index,
            Node::Block(block) => block.header,
        };
        self.statements += 1;
        if self.statements > STATEMENTS_MAX {
            if self.statements == STATEMENTS_MAX + 1 {
                let message = format!("this file has more than {STATEMENTS_MAX} statements");
                self.fault(Code::TooLarge, self.span(header), message, "divide it into several campaigns");
            }
            return None;
        }
        let label = self.label(header);
        let kind = match node {
            Node::Line(index) => self.line_statement(*index),
            Node::Block(block) => self.block_statement(block),
        }?;
        let (end_notes, end_name) = match node {
            Node::Line(_) => (Notes::default(), EndName(None)),
            Node::Block(block) => (self.end_notes(block), EndName(block.end_name.clone())),
        };
        Some(Statement { label, kind, late: None, span: self.span(header), notes: self.notes(header), end_notes, end_name })
    }

    fn label(&mut self, header: usize) -> Option<Name> {
        let (start, end) = self.head(header).label?;
        let line = self.lines.get(header).filter(|line| !line.is_broken)?;
        let span = self.place(line.start + start, line.start + end);
        let word = line.mask.get(start..end).unwrap_or_default();
        self.diagnostics.extend(words::bad_name(word, span));
        Some(Name::new(word.to_owned(), span))
    }

    fn line_statement(&mut self, index: usize) -> Option<StatementKind> {
        let head = self.head(index);
        let line = self.lines.get(index).filter(|line| !line.is_broken)?;
        if let Some(clause) = head.clause(&line.mask) {
            self.diagnostics.push(stray_clause(clause, self.span(index)));
            return None;
        }
        if head.label.is_some() && head.body >= line.mask.len() {
            let label = line.mask.trim_end_matches([':', ' ']);
            let help = "write the statement behind the colon, on the same line".to_owned();
            let span = self.place(line.start, line.end);
            self.fault(Code::Unexpected, span, format!("the label `{label}` stands before no statement"), help);
            return None;
        }
        let rule = match (head.word(0), head.word(1)) {
            ("invite", _) => Rule::invite_line,
            ("withdraw", _) => Rule::withdraw_line,
            ("send", _) => Rule::send_line,
            ("start", _) => Rule::group_line,
            ("visit", _) => Rule::visit_line,
            ("follow", _) => Rule::follow_line,
            ("like", _) => Rule::like_line,
            ("comment", _) => Rule::comment_line,
            ("endorse", _) => Rule::endorse_line,
            ("react", _) => Rule::react_line,
            ("call", _) => Rule::call_line,
            ("ask", _) => Rule::ask_line,
            ("do", _) => Rule::do_line,
            ("tag", _) => Rule::tag_line,
            ("untag", _) => Rule::untag_line,
            ("set", _) => Rule::set_line,
            ("notify", _) => Rule::notify_line,
            ("suppress", _) => Rule::suppress_line,
            ("pause", _) => Rule::pause_line,
            ("wait", "up") => Rule::wait_for_line,
            ("wait", _) => Rule::wait_line,
            ("stop", _) => Rule::stop_line,
            (_, _) => {
                self.stray(index, PLACE, vocabulary::STATEMENTS);
                return None;
            }
        };
        self.read(index, rule, simple)?
    }
}

/// A statement of one line.
fn simple(phrase: &mut Phrase<'_>, pair: Pair<'_>) -> Option<StatementKind> {
    let text_ref = child(&pair, Rule::text_ref);
    match pair.as_rule() {
        Rule::invite_line => Some(StatementKind::Invite { note: text_ref.map(|note| phrase.text_ref(&note)) }),
        Rule::withdraw_line => Some(StatementKind::WithdrawInvite),
        Rule::send_line => send(phrase, &pair),
        Rule::group_line => {
            let subject = phrase.text(&child(&pair, Rule::text)?);
            let members = children(&pair, Rule::member).iter().map(|member| group_member(phrase, member)).collect();
            Some(StatementKind::StartGroup { subject, members, saying: phrase.text_ref(&text_ref?) })
        }
        Rule::visit_line => Some(StatementKind::VisitProfile),
        Rule::follow_line => Some(StatementKind::Follow),
        Rule::like_line => Some(StatementKind::LikeLatestPost),
        Rule::comment_line => Some(StatementKind::CommentLatestPost(phrase.text_ref(&text_ref?))),
        Rule::endorse_line => Some(StatementKind::Endorse(phrase.plain_in(&pair)?)),
        Rule::react_line => Some(StatementKind::React(phrase.plain_in(&pair)?)),
        Rule::call_line => Some(StatementKind::CallWebhook(phrase.plain_in(&pair)?)),
        Rule::ask_line => Some(StatementKind::Ask { who: phrase.name_in(&pair), text: phrase.text_ref(&text_ref?) }),
        Rule::do_line => Some(StatementKind::Do(phrase.name_in(&pair))),
        Rule::tag_line => Some(StatementKind::Tag(phrase.plain_in(&pair)?)),
        Rule::untag_line => Some(StatementKind::Untag(phrase.plain_in(&pair)?)),
        Rule::set_line => {
            let field = phrase.field(&child(&pair, Rule::field)?);
            let value = match child(&pair, Rule::literal) {
                Some(literal) => SetValue::Literal(phrase.literal(&literal)),
                None => SetValue::Field(phrase.field(&only(child(&pair, Rule::source)?))),
            };
            Some(StatementKind::Set { field, value })
        }
        Rule::notify_line => Some(StatementKind::Notify { who: phrase.name_in(&pair), text: phrase.text_ref(&text_ref?) }),
        Rule::suppress_line => Some(StatementKind::SuppressContact { channel: phrase.channel_in(&pair) }),
        Rule::pause_line => Some(StatementKind::PauseUntil(phrase.until(&child(&pair, Rule::pause_until)?)?)),
        Rule::wait_line => match child(&pair, Rule::wait_until) {
            Some(until) => Some(StatementKind::WaitUntil(phrase.until(&until)?)),
            None => Some(StatementKind::Wait(phrase.delay_in(&pair))),
        },
        Rule::wait_for_line => {
            let up_to = phrase.exact_delay_in(&pair);
            let event = phrase.event_in(&pair)?;
            Some(StatementKind::WaitFor { up_to, event, outcome: phrase.name_in(&pair) })
        }
        _ => Some(StatementKind::Stop { outcome: phrase.name_in(&pair), reason: phrase.plain_in(&pair) }),
    }
}

/// Who is in a group: a field that holds an id, or an id.
pub fn group_member(phrase: &mut Phrase<'_>, pair: &Pair<'_>) -> GroupMember {
    let inner = only(pair.clone());
    match inner.as_rule() {
        Rule::text => GroupMember::Id(phrase.plain(&inner)),
        _ => GroupMember::Field(phrase.name(&inner)),
    }
}

/// Messages and InMails can be overdue; an invitation has no hour.
fn can_be_late(kind: &StatementKind) -> bool {
    matches!(kind, StatementKind::Send { .. } | StatementKind::SendInmail { .. } | StatementKind::StartGroup { .. })
}

fn send(phrase: &mut Phrase<'_>, pair: &Pair<'_>) -> Option<StatementKind> {
    if let Some(over) = child(pair, Rule::over) {
        let text = phrase.text_ref(&child(&over, Rule::text_ref)?);
        return Some(StatementKind::Send { channel: phrase.channel_in(&over), text });
    }
    if let Some(inmail) = child(pair, Rule::inmail) {
        let text = phrase.text_ref(&child(&inmail, Rule::text_ref)?);
        let via = child(&inmail, Rule::via).and_then(|via| child(&via, Rule::api));
        let via = via.and_then(|word| Some(at(InmailApi::from_word(word.as_str())?, phrase, &word)));
        return Some(StatementKind::SendInmail { text, via });
    }
    let text = phrase.text_ref(&child(pair, Rule::text_ref)?);
    Some(StatementKind::Send { channel: None, text })
}
