//! Lines paired into blocks: `missing-end` (at its opener), `extra-end`, `wrong-end-name`, and the limit on nesting.
//!
//! What closes a block that lacks its `end`: a clause or block keyword that cannot stand inside it, then `end NAME`.
//! Indentation decides nothing but which opener is named as the one at fault (LANGUAGE.md §11).

use crate::lang::camp::head::{Clause, Head, Kind, head};
use crate::lang::camp::scan::Line;
use crate::lang::camp::vocabulary;
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::{SourceId, Span};

/// Deepest nesting; the campaign counts as one (LANGUAGE.md §11).
pub const NESTING_MAX: usize = 64;

/// Faults that one broken end of a file may cause.
const OPEN_AT_END_MAX: usize = 3;

/// Lines looked at, in all, to find out whether unknown words open blocks. Keeps hostile files linear.
const LOOKAHEAD_MAX: usize = 100_000;

/// A line, or a block of them. Numbers are indices of lines.
#[derive(Debug)]
pub enum Node {
    Line(usize),
    Block(Block),
}

/// A block with its header, what stands in it, and its `end`.
#[derive(Debug)]
pub struct Block {
    pub kind: Kind,
    pub header: usize,
    pub children: Vec<Node>,
    pub end: Option<usize>,
    /// As written behind `end`.
    pub end_name: Option<String>,
    has_timeout: bool,
    has_else: bool,
}

/// Pairs all lines of a file.
pub fn pair(source: SourceId, lines: &[Line]) -> (Vec<Node>, Diagnostics) {
    let mut pairing = Pairing {
        source,
        lines,
        open: Vec::new(),
        items: Vec::new(),
        diagnostics: Vec::new(),
        suspects: Vec::new(),
        too_deep: 0,
        lookahead: LOOKAHEAD_MAX,
    };
    for index in 0..lines.len() {
        pairing.line(index);
    }
    pairing.finish();
    (pairing.items, pairing.diagnostics)
}

/// The pairing of a file on its way.
pub struct Pairing<'l> {
    source: SourceId,
    pub lines: &'l [Line],
    pub open: Vec<Block>,
    items: Vec<Node>,
    diagnostics: Diagnostics,
    /// Blocks whose `end` stands left of them: likely to lack their own.
    suspects: Vec<usize>,
    /// Blocks open below the limit; their lines are passed over.
    too_deep: usize,
    pub lookahead: usize,
}

impl<'l> Pairing<'l> {
    fn line(&mut self, index: usize) {
        let Some(line) = self.lines.get(index) else { return };
        let head = head(&line.mask);
        if self.too_deep > 0 {
            return self.pass_over(&head, line);
        }
        if head.label.is_none() && head.word(0) == "end" {
            return self.end(index, line);
        }
        if line.mask == "}" && !self.open.is_empty() {
            let help = "write `end`".to_owned();
            self.diagnostics.push(Diagnostic::new(Code::Unexpected, self.span(index), "`}` does not end a block", help));
            return self.close(index, None);
        }
        if let Some(clause) = self.innermost().filter(|kind| kind.takes_statements()).and(head.clause(&line.mask)) {
            self.clause(index, clause);
            return self.push(Node::Line(index));
        }
        self.close_for(index, &head);
        self.reopen_path(index, &head, line);
        match self.opens(index, &head, line) {
            Some(kind) => self.start(index, kind),
            None => self.push(Node::Line(index)),
        }
    }

    /// What is open now.
    pub fn innermost(&self) -> Option<Kind> {
        self.open.last().map(|block| block.kind)
    }

    fn push(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(block) => block.children.push(node),
            None => self.items.push(node),
        }
    }

    fn start(&mut self, index: usize, kind: Kind) {
        if self.open.len() >= NESTING_MAX {
            let message = format!("blocks are nested deeper than {NESTING_MAX}");
            let help = "divide the campaign: fewer branches inside branches".to_owned();
            self.diagnostics.push(Diagnostic::new(Code::TooLarge, self.span(index), message, help));
            self.too_deep = 1;
            return;
        }
        let block =
            Block { kind, header: index, children: Vec::new(), end: None, end_name: None, has_timeout: false, has_else: false };
        self.open.push(block);
    }

    fn pass_over(&mut self, head: &Head<'_>, line: &Line) {
        if head.label.is_none() && head.word(0) == "end" {
            self.too_deep -= 1;
        } else if head.statement(&line.mask).is_some() {
            self.too_deep += 1;
        }
    }

    /// A clause keyword closes what stands between it and the block it belongs to.
    fn clause(&mut self, index: usize, clause: Clause) {
        let free = |block: &Block| match clause {
            Clause::When | Clause::Timeout => !block.has_timeout,
            Clause::ElseIf | Clause::Else => !block.has_else,
            Clause::Share => true,
        };
        let inside = self.open.iter().rev().take_while(|block| block.kind.takes_statements());
        let levels = inside.map(|block| block.kind == clause.kind() && free(block)).position(|fits| fits);
        if let Some(levels) = levels {
            self.close_unended(levels, index);
        }
        if let Some(block) = self.open.last_mut().filter(|block| block.kind == clause.kind()) {
            block.has_timeout |= clause == Clause::Timeout;
            block.has_else |= clause == Clause::Else;
        }
    }

    /// A keyword that cannot stand in the open blocks closes them.
    fn close_for(&mut self, index: usize, head: &Head<'_>) {
        if head.top().is_some() {
            return self.close_unended(self.open.len(), index);
        }
        if head.label.is_some() {
            return;
        }
        let word = head.word(0);
        let in_campaign = vocabulary::CAMPAIGN.contains(&word) && (word != "on" || head.is_handler());
        let in_workspace = vocabulary::WORKSPACE.contains(&word);
        let owner = self.open.iter().rev().position(|block| match block.kind {
            Kind::Campaign => in_campaign,
            Kind::Workspace => in_workspace,
            Kind::Message | Kind::Contacts | Kind::Steps | Kind::Handler | Kind::Schedule | Kind::Limits | Kind::Account => false,
            Kind::Wait | Kind::If | Kind::Repeat | Kind::Split | Kind::Test | Kind::Part | Kind::Migrate | Kind::Unknown => false,
        });
        if let Some(levels) = owner {
            return self.close_unended(levels, index);
        }
        let in_unknown = self.open.iter().any(|block| block.kind == Kind::Unknown);
        let is_free = matches!(word, "message" | "class" | "part") && !in_unknown;
        if is_free && (in_campaign || in_workspace) && !self.open.is_empty() {
            self.close_unended(self.open.len(), index);
        } else if self.open.is_empty() && !is_free {
            self.reopen(in_campaign, in_workspace);
        }
    }

    /// A clause of a campaign behind its `end`: that `end` was one too many.
    fn reopen(&mut self, in_campaign: bool, in_workspace: bool) {
        let fits = |kind| (in_campaign && kind == Kind::Campaign) || (in_workspace && kind == Kind::Workspace);
        let is_cut = matches!(self.items.last(), Some(Node::Block(block)) if fits(block.kind) && block.end.is_some());
        if !is_cut {
            return;
        }
        if let Some(Node::Block(mut block)) = self.items.pop() {
            if let Some(end) = block.end.take() {
                self.extra_end(end, Some(block.header));
            }
            self.open.push(block);
        }
    }

    /// A statement behind the `end` of the steps it belongs to: that `end` was one too many.
    fn reopen_path(&mut self, index: usize, head: &Head<'_>, line: &Line) {
        let is_statement = vocabulary::STATEMENTS.contains(&head.word(0)) || head.clause(&line.mask).is_some();
        let Some(owner) = self.open.last_mut().filter(|block| block.kind == Kind::Campaign && is_statement) else { return };
        let is_cut = |block: &Block| block.kind.takes_statements() && block.end.is_some_and(|end| end + 1 == index);
        if !matches!(owner.children.last(), Some(Node::Block(block)) if is_cut(block)) {
            return;
        }
        if let Some(Node::Block(mut block)) = owner.children.pop() {
            if let Some(end) = block.end.take() {
                self.extra_end(end, Some(block.header));
            }
            self.open.push(block);
        }
    }

    fn end(&mut self, index: usize, line: &Line) {
        let behind: Vec<&str> = line.mask.split_whitespace().skip(1).collect();
        let name = behind.join(" ");
        if name.is_empty() {
            return self.close(index, None);
        }
        let fits = self.open.iter().rev().position(|block| vocabulary::end_names(block.kind, self.header(block)).contains(&name));
        let innermost = self.open.last().map(|block| (block.header, vocabulary::end_names(block.kind, self.header(block))));
        match (fits, innermost) {
            (Some(levels), _) => self.close_unended(levels, index),
            (None, Some((header, names))) => self.wrong_name(index, &name, header, &names),
            (None, None) => {}
        }
        self.close(index, Some(name));
    }

    fn wrong_name(&mut self, index: usize, name: &str, header: usize, names: &[String]) {
        let Some(line) = self.lines.get(index) else { return };
        let own = names.first().cloned().unwrap_or_default();
        let offset = line.mask.len() - line.mask.trim_start_matches("end").trim_start().len();
        let span = Span { source: self.source, start: (line.start + offset) as u32, end: line.end as u32 };
        let message = format!("`end {name}` names no open block; the innermost is `{own}`");
        let help = format!("write `end {own}`, or `end` alone");
        let fault = Diagnostic::new(Code::WrongEndName, span, message, help).label(self.span(header), "opens here");
        self.diagnostics.push(fault);
    }

    fn close(&mut self, index: usize, name: Option<String>) {
        let Some(mut block) = self.open.pop() else {
            let last = self.items.last().and_then(|item| match item {
                Node::Block(block) => Some(block.header),
                Node::Line(_) => None,
            });
            return self.extra_end(index, last);
        };
        if self.indent(index) < self.indent(block.header) {
            self.suspects.push(block.header);
        }
        if self.open.is_empty() {
            self.suspects.clear();
        }
        block.end = Some(index);
        block.end_name = name;
        self.push(Node::Block(block));
    }

    fn extra_end(&mut self, index: usize, closed: Option<usize>) {
        let message = "this `end` closes nothing".to_owned();
        let help = "take it out, or look above for a block that should have been opened".to_owned();
        let mut fault = Diagnostic::new(Code::ExtraEnd, self.span(index), message, help);
        if let Some(header) = closed {
            fault = fault.label(self.span(header), "this block is closed already");
        }
        self.diagnostics.push(fault);
    }

    /// Closes the innermost `levels` blocks without an `end`, before that line.
    fn close_unended(&mut self, levels: usize, before: usize) {
        let outermost = self.open.len().saturating_sub(levels);
        let Some(first) = self.open.get(outermost).map(|block| block.header) else { return };
        // Blocks opened behind `first` are closed before it: its suspects are the last ones.
        let older = self.suspects.iter().rposition(|suspect| *suspect < first).map_or(0, |position| position + 1);
        let mut blamed = self.suspects.split_off(older);
        blamed.extend(self.open.iter().skip(outermost).rev().map(|block| block.header));
        for header in blamed.into_iter().take(levels.min(OPEN_AT_END_MAX)) {
            self.missing_end(header, before);
        }
        for _ in 0..levels {
            if let Some(block) = self.open.pop() {
                self.push(Node::Block(block));
            }
        }
    }

    fn missing_end(&mut self, header: usize, before: usize) {
        let word = self.lines.get(header).map(|line| opener(&head(&line.mask))).unwrap_or_default();
        let message = format!("`{word}` is never closed");
        let help =
            "write `end` on a line of its own, behind the last line that belongs to it; indentation closes nothing".to_owned();
        let mut fault = Diagnostic::new(Code::MissingEnd, self.span(header), message, help);
        if let Some(outdented) = self.outdented(header, before) {
            fault = fault.label(self.span(outdented), "by the indentation, its `end` belongs before this line");
        } else if self.lines.get(before).is_some() {
            fault = fault.label(self.span(before), "it has to be closed before this");
        }
        self.diagnostics.push(fault);
    }

    /// The first line that does not stand deeper than the header of its block.
    fn outdented(&self, header: usize, before: usize) -> Option<usize> {
        let indent = self.indent(header);
        let inside = self.lines.get(header + 1..=before.min(self.lines.len().checked_sub(1)?))?;
        let offset = inside.iter().position(|line| line.indent <= indent)?;
        let is_clause = |line: &Line| head(&line.mask).clause(&line.mask).is_some();
        (!inside.get(offset).is_some_and(is_clause)).then_some(header + 1 + offset)
    }

    fn finish(&mut self) {
        self.close_unended(self.open.len(), self.lines.len());
    }

    fn header(&self, block: &Block) -> &'l str {
        self.lines.get(block.header).map(|line| line.mask.as_str()).unwrap_or_default()
    }

    /// Characters before a line.
    pub fn indent(&self, index: usize) -> usize {
        self.lines.get(index).map_or(0, |line| line.indent)
    }

    fn span(&self, index: usize) -> Span {
        let (start, end) = self.lines.get(index).map_or((0, 0), |line| (line.start, line.end));
        Span { source: self.source, start: start as u32, end: end as u32 }
    }
}

/// A block's first words, as one speaks of it.
fn opener(head: &Head<'_>) -> String {
    match head.word(0) {
        "wait" => "wait up to".to_owned(),
        word @ ("campaign" | "workspace" | "message" | "account" | "part" | "split" | "on") => {
            format!("{word} {}", head.words.iter().skip(1).copied().collect::<Vec<_>>().join(" ")).trim_end().to_owned()
        }
        word => word.to_owned(),
    }
}

/// The fault of a clause outside its block.
pub fn stray_clause(clause: Clause, span: Span) -> Diagnostic {
    let (word, owner) = clause.words();
    let message = format!("`{word}` has no place here");
    let how_often = if matches!(clause, Clause::Timeout | Clause::Else) { " once," } else { "" };
    let help = format!("`{word}` stands{how_often} inside `{owner}`");
    Diagnostic::new(Code::Unexpected, span, message, help)
}
