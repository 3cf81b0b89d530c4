//! Which block a line opens where it stands, also when its first word is wrong or missing: so that one slip does not make
//! a fault of every line below it.

use crate::lang::camp::blocks::Pairing;
use crate::lang::camp::habit::is_foreign_clause;
use crate::lang::camp::head::{Head, Kind, head};
use crate::lang::camp::scan::Line;
use crate::lang::camp::vocabulary;

impl Pairing<'_> {
    /// The block that the line opens where it stands.
    pub fn opens(&mut self, index: usize, head: &Head<'_>, line: &Line) -> Option<Kind> {
        let context = self.innermost();
        let known = match context {
            None => head.top().or_else(|| head.member()),
            Some(Kind::Campaign)
                if head.word(0) == "on"
                    && head.member().is_none()
                    && head.word(1) != "timeout"
                    && !head.words.contains(&"ignore") =>
            {
                self.has_body(index, line).then_some(Kind::Handler)
            }
            Some(Kind::Campaign | Kind::Workspace) => head.member(),
            Some(Kind::Unknown) => head.statement(&line.mask).or_else(|| head.member()),
            Some(kind) if kind.takes_statements() => head.statement(&line.mask).or_else(|| self.wait_with_arms(index, head)),
            Some(_) => None,
        };
        if known.is_none() && matches!(context, Some(Kind::Campaign | Kind::Workspace)) {
            let missing = self.opens_missing(index, head, line);
            return missing.or_else(|| self.opens_unknown(index, head, line, context));
        }
        known.or_else(|| self.opens_unknown(index, head, line, context))
    }

    /// `wait 14 days` with arms below it: `up to` was forgotten.
    fn wait_with_arms(&self, index: usize, first: &Head<'_>) -> Option<Kind> {
        let below = self.lines.get(index + 1)?;
        let is_arm = head(&below.mask).clause(&below.mask).is_some_and(|clause| clause.kind() == Kind::Wait);
        let is_inside = self.lines.get(index).is_some_and(|line| below.indent > line.indent);
        // Where a wait is open the arm may be its own: indentation means nothing.
        let has_owner = self.open.iter().any(|block| block.kind == Kind::Wait);
        (first.word(0) == "wait" && is_arm && is_inside && !has_owner).then_some(Kind::Wait)
    }

    /// An unknown word opens a block when deeper lines and an `end` below it follow.
    fn opens_unknown(&mut self, index: usize, head: &Head<'_>, line: &Line, context: Option<Kind>) -> Option<Kind> {
        let takes_blocks = context.is_none_or(|kind| kind.takes_statements() || matches!(kind, Kind::Campaign | Kind::Workspace));
        let word = head.word(0);
        let is_ours = match context {
            None | Some(Kind::Campaign | Kind::Workspace) if head.label.is_some() => false,
            None => vocabulary::TOP.contains(&word) || [vocabulary::CAMPAIGN, vocabulary::WORKSPACE].concat().contains(&word),
            Some(Kind::Campaign) => vocabulary::CAMPAIGN.contains(&word) && head.word(1) != "timeout",
            Some(Kind::Workspace) => vocabulary::WORKSPACE.contains(&word),
            Some(_) => vocabulary::STATEMENTS.contains(&word) || vocabulary::CLAUSES.contains(&word) || is_foreign_clause(word),
        };
        if !takes_blocks || is_ours {
            return None;
        }
        self.has_body(index, line).then_some(Kind::Unknown)
    }

    /// Do deeper lines and an `end` follow? The header may stand a column off: a word has been taken out before it.
    fn has_body(&mut self, index: usize, line: &Line) -> bool {
        let mut is_deeper = false;
        for below in self.lines.get(index + 1..).unwrap_or_default() {
            let Some(left) = self.lookahead.checked_sub(1) else { return false };
            self.lookahead = left;
            if below.indent > line.indent {
                is_deeper = true;
                continue;
            }
            let below_head = head(&below.mask);
            let is_level = line.indent - below.indent <= 1;
            if is_level && below_head.clause(&below.mask).is_some() {
                continue;
            }
            return is_deeper && is_level && below_head.word(0) == "end";
        }
        false
    }

    /// A line that belongs into a block whose header is missing (`steps`): all up to the `end` of that block.
    fn opens_missing(&mut self, index: usize, head: &Head<'_>, line: &Line) -> Option<Kind> {
        let outer = self.open.last().map(|block| self.indent(block.header))?;
        let allowed = if self.innermost() == Some(Kind::Campaign) { vocabulary::CAMPAIGN } else { vocabulary::WORKSPACE };
        let word = head.word(0);
        let belongs_deeper = vocabulary::is_known(word) && (!allowed.contains(&word) || head.clause(&line.mask).is_some());
        if !belongs_deeper || line.indent <= outer {
            return None;
        }
        for below in self.lines.get(index + 1..)? {
            self.lookahead = self.lookahead.checked_sub(1)?;
            if below.indent < line.indent {
                let closes = below.mask.split_whitespace().next() == Some("end") && below.indent > outer;
                return closes.then_some(Kind::Unknown);
            }
        }
        None
    }
}
