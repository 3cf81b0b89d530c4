//! Faults of a program's shape that lowering meets: the sentences for them.

use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::Span;
use crate::lang::syntax::{Name, SplitArm, Statement, StatementKind, Workspace};

/// Most statements in one campaign (LANGUAGE.md §9).
pub const STATEMENTS_MAX: usize = 10_000;

/// A second workspace in the folder.
pub fn two_workspaces(second: &Workspace, first: &Workspace) -> Diagnostic {
    let message = format!("a second workspace, `{}`, beside `{}`", second.name.value, first.name.value);
    let help = "a folder is one program with one workspace: put both into one block, or the campaigns into two folders";
    Diagnostic::new(Code::TwoWorkspaces, second.span, message, help).label(first.span, "the first one")
}

/// `wait up to` with no `on timeout`.
pub fn missing_timeout(span: Span, up_to: &str) -> Diagnostic {
    let message = format!("`wait up to {up_to}` does not say what happens when nothing happens");
    let help =
        "write before its `end`: `on timeout`, and below it what happens then, such as `stop as replied` or `withdraw invite`";
    Diagnostic::new(Code::MissingTimeout, span, message, help)
}

/// `repeat` without a literal number of times.
pub fn unbounded_repeat(span: Span) -> Diagnostic {
    crate::lang::words::unbounded_repeat(span)
}

/// Shares that do not add up to 100.
pub fn split_sum(span: Span, name: &Name, arms: &[SplitArm], sum: u64) -> Diagnostic {
    let message = format!("the shares of `{}` add up to {sum}%, not to 100%", name.value);
    let help =
        if sum < 100 { format!("give {}% more to one of the arms", 100 - sum) } else { format!("take away {}%", sum - 100) };
    let fault = Diagnostic::new(Code::SplitSum, span, message, help);
    arms.iter().take(4).fold(fault, |fault, arm| fault.label(arm.share.span, format!("{}%", arm.share.value)))
}

/// A path that runs off the end of `steps`, at the last statement that does.
pub fn falls_off_end(span: Span) -> Diagnostic {
    let help = "end every path with `stop as OUTCOME`, here or behind the block";
    Diagnostic::new(Code::FallsOffEnd, span, "the path ends here without an outcome", help)
}

/// A campaign that says nothing of what it does.
pub fn no_steps(name: &Name) -> Diagnostic {
    let message = format!("`{}` has no steps", name.value);
    Diagnostic::new(
        Code::FallsOffEnd,
        name.span,
        message,
        "write `steps … end` with what it does; the last statement is a `stop as …`",
    )
}

/// More statements than the tool takes.
pub fn too_many_statements(span: Span, count: usize) -> Diagnostic {
    let message = format!("{count} statements in one campaign; at most {STATEMENTS_MAX} are taken");
    Diagnostic::new(Code::TooLarge, span, message, "cut the campaign into several, or use `repeat`")
}

/// How many statements there are, blocks within blocks included.
pub fn count_statements(statements: &[Statement]) -> usize {
    statements.iter().map(|statement| 1 + bodies(&statement.kind).map(count_statements).sum::<usize>()).sum()
}

/// The statement behind that many others, in the order of the text.
pub fn nth_statement<'a>(statements: &'a [Statement], left: &mut usize) -> Option<&'a Statement> {
    for statement in statements {
        if *left == 0 {
            return Some(statement);
        }
        *left -= 1;
        if let Some(found) = bodies(&statement.kind).find_map(|body| nth_statement(body, left)) {
            return Some(found);
        }
    }
    None
}

/// The blocks inside a statement, in the order of the text.
pub fn bodies(kind: &StatementKind) -> Box<dyn Iterator<Item = &[Statement]> + '_> {
    match kind {
        StatementKind::WaitUpTo { arms, timeout, .. } => {
            Box::new(arms.iter().map(|arm| &arm.body).chain(timeout).map(|block| block.statements.as_slice()))
        }
        StatementKind::If { branches, otherwise } => {
            Box::new(branches.iter().map(|branch| &branch.body).chain(otherwise).map(|block| block.statements.as_slice()))
        }
        StatementKind::Repeat { body, .. } => Box::new(std::iter::once(body.statements.as_slice())),
        StatementKind::Split { arms, .. } => Box::new(arms.iter().map(|arm| arm.body.statements.as_slice())),
        StatementKind::Invite { .. }
        | StatementKind::WithdrawInvite
        | StatementKind::Send { .. }
        | StatementKind::SendInmail { .. }
        | StatementKind::StartGroup { .. }
        | StatementKind::VisitProfile
        | StatementKind::Follow
        | StatementKind::LikeLatestPost
        | StatementKind::CommentLatestPost(_)
        | StatementKind::Endorse(_)
        | StatementKind::React(_)
        | StatementKind::CallWebhook(_)
        | StatementKind::Ask { .. }
        | StatementKind::Do(_)
        | StatementKind::Tag(_)
        | StatementKind::Untag(_)
        | StatementKind::Set { .. }
        | StatementKind::Notify { .. }
        | StatementKind::SuppressContact { .. }
        | StatementKind::PauseUntil(_)
        | StatementKind::Wait(_)
        | StatementKind::WaitUntil(_)
        | StatementKind::WaitFor { .. }
        | StatementKind::Stop { .. } => Box::new(std::iter::empty()),
    }
}
