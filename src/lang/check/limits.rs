//! What accounts may do: the defaults, the workspace's word over them, and what a campaign tightens. A campaign that
//! would allow more is `loosens-limit`.

use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Span;
use crate::lang::syntax::{Cap, CapWindow, Limit, Limits as Written, Spanned};
use crate::model::account::Budget;
use crate::model::campaign::{Caps, Limits, Ramp};

/// The workspace's limits: what it says put over the defaults, window by window.
pub fn workspace(written: Option<&Written>, out: &mut Diagnostics) -> Limits {
    let mut limits = Limits::defaults();
    if let Some(written) = written {
        let said = read(written, out);
        for (budget, caps) in said.caps {
            let own = limits.caps.entry(budget).or_default();
            *own = Caps { day: caps.day.or(own.day), week: caps.week.or(own.week), month: caps.month.or(own.month) };
        }
        limits.invites_pending_max = said.invites_pending_max.or(limits.invites_pending_max);
        if let Some(ramp) = written.lines.iter().find_map(|line| ramp(&line.value)) {
            // `over 0 days` takes the ramp away.
            limits.ramp = Some(ramp).filter(|ramp| ramp.days > 0);
        }
    }
    limits
}

/// What a campaign tightens; empty where it says nothing.
pub fn campaign(written: Option<&Written>, workspace: &Limits, out: &mut Diagnostics) -> Limits {
    let Some(written) = written else { return Limits::default() };
    for line in &written.lines {
        check_line(&line.value, line.span, workspace, out);
    }
    read(written, out)
}

fn read(written: &Written, out: &mut Diagnostics) -> Limits {
    let mut limits = Limits::default();
    for line in &written.lines {
        match &line.value {
            Limit::Caps { budget, caps } => {
                let own = limits.caps.entry(budget.value).or_default();
                for cap in caps {
                    let slot = window(own, cap.value.window);
                    if slot.is_some() {
                        let message = format!("the {} {} are limited twice", budget.value.word(), per(cap.value.window));
                        out.push(Diagnostic::new(Code::DuplicateName, cap.span, message, "keep one of them"));
                    }
                    *slot = Some(slot.map_or(cap.value.count, |count| count.min(cap.value.count)));
                }
            }
            Limit::Pending(most) => limits.invites_pending_max = Some(most.value),
            Limit::Ramp { .. } => limits.ramp = ramp(&line.value).filter(|ramp| ramp.days > 0),
        }
    }
    limits
}

fn ramp(line: &Limit) -> Option<Ramp> {
    match line {
        Limit::Ramp { days, from_percent } => Some(Ramp { days: days.value, from_percent: from_percent.value.min(100) as u8 }),
        Limit::Caps { .. } | Limit::Pending(_) => None,
    }
}

fn check_line(line: &Limit, span: Span, workspace: &Limits, out: &mut Diagnostics) {
    match line {
        Limit::Caps { budget, caps } => {
            let allowed = workspace.caps.get(&budget.value).copied().unwrap_or_default();
            caps.iter().for_each(|cap| check_cap(budget.value, cap, allowed, out));
        }
        Limit::Pending(most) => {
            if let Some(allowed) = workspace.invites_pending_max.filter(|allowed| most.value > *allowed) {
                out.push(loosens(most.span, &format!("{} pending invites", most.value), &format!("{allowed}")));
            }
        }
        Limit::Ramp { days, from_percent } => {
            let is_looser = |own: &Ramp| days.value < own.days || from_percent.value > u32::from(own.from_percent);
            if let Some(own) = workspace.ramp.filter(is_looser) {
                out.push(loosens(span, "a faster ramp", &format!("{} days from {}%", own.days, own.from_percent)));
            }
        }
    }
}

fn check_cap(budget: Budget, cap: &Spanned<Cap>, mut allowed: Caps, out: &mut Diagnostics) {
    let Cap { count, window: rolling } = cap.value;
    if let Some(most) = window(&mut allowed, rolling).filter(|most| count > *most) {
        let asked = format!("{count} {} {}", budget.word(), per(rolling));
        out.push(loosens(cap.span, &asked, &format!("{most} {}", per(rolling))));
    }
}

fn loosens(span: Span, asked: &str, allowed: &str) -> Diagnostic {
    let message = format!("{asked} is more than the workspace allows ({allowed})");
    Diagnostic::new(
        Code::LoosensLimit,
        span,
        message,
        "a campaign only tightens; raise the limit in the workspace, or ask for less here",
    )
}

fn window(caps: &mut Caps, window: CapWindow) -> &mut Option<u32> {
    match window {
        CapWindow::Day => &mut caps.day,
        CapWindow::Week => &mut caps.week,
        CapWindow::Month => &mut caps.month,
    }
}

fn per(window: CapWindow) -> &'static str {
    match window {
        CapWindow::Day => "a day",
        CapWindow::Week => "a week",
        CapWindow::Month => "a month",
    }
}
