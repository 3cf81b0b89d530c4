//! Statements that hold statements: `if`, `repeat`, `split`, `wait up to`.

use crate::lang::camp::blocks::{Block as Paired, Node, stray_clause};
use crate::lang::camp::grammar::{Rule, child};
use crate::lang::camp::head::{Clause, Kind};
use crate::lang::camp::reader::Reader;
use crate::lang::camp::statement::PLACE;
use crate::lang::camp::vocabulary;
use crate::lang::code::Code;
use crate::lang::syntax::{Arm, Block, Branch, SplitArm, StatementKind};
use crate::lang::words;

/// A clause and what stands under it; the first has none: it stands under the block's header.
struct Segment<'n> {
    header: usize,
    clause: Option<Clause>,
    nodes: &'n [Node],
}

impl<'f> Reader<'f> {
    /// A statement with an `end`.
    pub fn block_statement(&mut self, block: &Paired) -> Option<StatementKind> {
        match block.kind {
            Kind::If => self.conditional(block),
            Kind::Repeat => self.repeat(block),
            Kind::Split => self.split(block),
            Kind::Wait => self.race(block),
            _ => {
                self.stray(block.header, PLACE, vocabulary::STATEMENTS);
                // Its arms belong to a word nobody knows; what stands in them is read.
                self.statements_between(block);
                None
            }
        }
    }

    fn statements_between(&mut self, block: &Paired) {
        let is_clause = |node: &Node| match node {
            Node::Line(index) => self.lines.get(*index).is_some_and(|line| self.head(*index).clause(&line.mask).is_some()),
            Node::Block(_) => false,
        };
        let bodies: Vec<&[Node]> = block.children.split(is_clause).collect();
        bodies.into_iter().for_each(|body| drop(self.statements(body)));
    }

    /// Divides a block at its own clauses.
    fn segments<'n>(&self, block: &'n Paired) -> Vec<Segment<'n>> {
        let mut segments = Vec::new();
        let mut current = Segment { header: block.header, clause: None, nodes: &[] };
        let mut start = 0;
        for (position, node) in block.children.iter().enumerate() {
            let Node::Line(index) = node else { continue };
            let mask = self.lines.get(*index).map(|line| line.mask.as_str()).unwrap_or_default();
            let clause = self.head(*index).clause(mask).filter(|clause| clause.kind() == block.kind);
            if clause.is_some() {
                current.nodes = block.children.get(start..position).unwrap_or_default();
                segments.push(current);
                current = Segment { header: *index, clause, nodes: &[] };
                start = position + 1;
            }
        }
        current.nodes = block.children.get(start..).unwrap_or_default();
        segments.push(current);
        segments
    }

    fn conditional(&mut self, block: &Paired) -> Option<StatementKind> {
        let mut branches = Vec::new();
        let mut otherwise: Option<Block> = None;
        let mut is_whole = true;
        for segment in self.segments(block) {
            if segment.clause.is_some() && otherwise.is_some() {
                self.diagnostics.extend(segment.clause.map(|clause| stray_clause(clause, self.span(segment.header))));
                self.statements(segment.nodes);
                continue;
            }
            if segment.clause == Some(Clause::Else) {
                self.read(segment.header, Rule::else_line, |_, _| ());
                otherwise = Some(self.body(segment.header, segment.nodes));
                continue;
            }
            let rule = if segment.clause.is_some() { Rule::else_if_line } else { Rule::if_line };
            let condition = self.read(segment.header, rule, |phrase, pair| phrase.condition_in(&pair)).flatten();
            let body = self.body(segment.header, segment.nodes);
            match condition {
                Some(condition) => branches.push(Branch { condition, body }),
                None => is_whole = false,
            }
        }
        is_whole.then_some(StatementKind::If { branches, otherwise })
    }

    fn repeat(&mut self, block: &Paired) -> Option<StatementKind> {
        let head = self.head(block.header);
        let is_number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
        let counts = is_number(head.word(1)) && !is_unit(head.word(2));
        if !(counts || head.word(1) == "up" && is_number(head.word(3))) {
            return self.unbounded(block);
        }
        let read = self.read(block.header, Rule::repeat_line, |phrase, pair| {
            let times = phrase.number_in(&pair);
            let apart = phrase.delay_in(&pair);
            let has_until = child(&pair, Rule::event).is_some();
            let until = phrase.event_in(&pair);
            (until.is_some() == has_until).then_some((times, apart, until))
        });
        let body = self.body(block.header, &block.children);
        let (times, apart, until) = read.flatten()?;
        Some(StatementKind::Repeat { times: Some(times), apart, until, body })
    }

    /// No literal number of times. Lowering says so where the rest can be read.
    fn unbounded(&mut self, block: &Paired) -> Option<StatementKind> {
        let told = self.diagnostics.len();
        let read =
            self.read(block.header, Rule::repeat_free_line, |phrase, pair| (phrase.delay_in(&pair), phrase.event_in(&pair)));
        if read.is_none() && self.diagnostics.len() > told {
            self.diagnostics.truncate(told);
            self.diagnostics.push(words::unbounded_repeat(self.span(block.header)));
        }
        let body = self.body(block.header, &block.children);
        let (apart, until) = read?;
        Some(StatementKind::Repeat { times: None, apart, until, body })
    }

    fn split(&mut self, block: &Paired) -> Option<StatementKind> {
        let name = self.read(block.header, Rule::split_line, |phrase, pair| phrase.name_in(&pair));
        let mut arms = Vec::new();
        for segment in self.segments(block) {
            if segment.clause.is_none() {
                self.before_arms(&segment, "a share such as `50% as short`");
                continue;
            }
            let read = self.read(segment.header, Rule::share_line, |phrase, pair| {
                let share = child(&pair, Rule::percent).map(|percent| phrase.number_in(&percent));
                (share.unwrap_or_default(), phrase.name_in(&pair))
            });
            let body = self.body(segment.header, segment.nodes);
            arms.extend(read.map(|(share, name)| SplitArm { share, name, body }));
        }
        Some(StatementKind::Split { name: name?, arms })
    }

    fn race(&mut self, block: &Paired) -> Option<StatementKind> {
        let up_to = self.read(block.header, Rule::race_line, |phrase, pair| phrase.exact_delay_in(&pair));
        let mut arms = Vec::new();
        let mut timeout: Option<Block> = None;
        for segment in self.segments(block) {
            match segment.clause {
                None => self.before_arms(&segment, "`when` or `on timeout`"),
                Some(Clause::When) => {
                    if timeout.is_some() {
                        self.diagnostics.push(stray_when(self, segment.header));
                    }
                    let event = self.read(segment.header, Rule::when_line, |phrase, pair| phrase.event_in(&pair)).flatten();
                    let body = self.body(segment.header, segment.nodes);
                    arms.extend(event.map(|event| Arm { event, body }));
                }
                Some(clause) => {
                    self.read(segment.header, Rule::timeout_line, |_, _| ());
                    let body = self.body(segment.header, segment.nodes);
                    if timeout.is_some() {
                        self.diagnostics.push(stray_clause(clause, self.span(segment.header)));
                    } else {
                        timeout = Some(body);
                    }
                }
            }
        }
        Some(StatementKind::WaitUpTo { up_to: up_to?, arms, timeout })
    }

    /// Statements between a header and its first clause have no meaning.
    fn before_arms(&mut self, segment: &Segment<'_>, clause: &str) {
        let first = segment.nodes.first().map(|node| match node {
            Node::Line(index) => *index,
            Node::Block(block) => block.header,
        });
        let Some(first) = first else { return };
        let is_broken = self.lines.get(first).is_none_or(|line| line.is_broken);
        if !is_broken {
            let head = self.head(first);
            let word = head.word(0).to_owned();
            let help = format!("statements stand under {clause}");
            self.fault(Code::Unexpected, self.first_word(first), format!("`{word}` stands before the first arm"), help);
        }
        self.statements(segment.nodes);
    }
}

fn is_unit(word: &str) -> bool {
    matches!(word, "minute" | "minutes" | "hour" | "hours" | "day" | "days" | "working" | "week" | "weeks" | "to")
}

fn stray_when(reader: &Reader<'_>, header: usize) -> crate::lang::diagnostic::Diagnostic {
    let message = "`when` stands behind `on timeout`";
    let help = "move the `when` arms above `on timeout`";
    crate::lang::diagnostic::Diagnostic::new(Code::Unexpected, reader.span(header), message, help)
}
