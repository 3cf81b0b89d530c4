//! A folder's files become one program: what is shared first, then each campaign through lowering and every check.

use crate::lang::bound;
use crate::lang::check::flow;
use crate::lang::check::names::{self, Shared, Uses};
use crate::lang::diagnostic::{Diagnostic, Diagnostics, Severity, has_errors};
use crate::lang::folder::Files;
use crate::lang::lower::{self, Given, Lines};
use crate::lang::source::{Source, SourceId, Span};
use crate::lang::syntax::{self, File, Item};
use crate::model::calendar::Calendar;
use crate::model::campaign::{Campaign, Limits};
use crate::model::program::{Program, Roster, Workspace};
use crate::model::time::{Delay, Unit};
use std::collections::BTreeSet;

/// The program of these files; campaigns with errors are left out.
pub fn program(sources: &[Source], parsed: &[File], files: &dyn Files, diagnostics: &mut Diagnostics) -> Program {
    let broken = Broken::of(parsed, diagnostics);
    let shared = names::collect(parsed, diagnostics);
    let accounts = lower::workspace::accounts(&shared, diagnostics);
    let workspace = Workspace {
        name: shared.workspace.map(|workspace| workspace.name.value.clone()).unwrap_or_default(),
        accounts,
        limits: Limits::defaults(),
        calendar: calendar(),
        never_contact: BTreeSet::new(),
    };
    let lines = Lines::new(sources);
    let mut uses = Uses::default();
    let mut made: Vec<(Span, Campaign, Roster)> = Vec::new();
    for campaign in names::campaigns(parsed) {
        let folder = Folder { shared: &shared, workspace: &workspace, lines: &lines };
        let is_whole = !broken.is_in(campaign.span);
        if let Some((lowered, roster)) = one(campaign, &folder, is_whole, &mut uses, diagnostics) {
            made.push((campaign.span, lowered, roster));
        }
    }
    if broken.is_empty() && names::campaigns(parsed).next().is_some() {
        names::unused(&shared, &uses, diagnostics);
    }
    let faulty = Broken::of(parsed, diagnostics);
    let (campaigns, rosters) =
        made.into_iter().filter(|(span, _, _)| !faulty.is_in(*span)).map(|(_, campaign, roster)| (campaign, roster)).unzip();
    Program { root: files.root().to_owned(), workspace, campaigns, rosters }
}

/// What a campaign is compiled within.
struct Folder<'a> {
    shared: &'a Shared<'a>,
    workspace: &'a Workspace,
    lines: &'a Lines,
}

/// One campaign through everything. `is_whole`: its text was read without a fault, so that what is missing is missing.
fn one(
    campaign: &syntax::Campaign,
    folder: &Folder,
    is_whole: bool,
    uses: &mut Uses,
    diagnostics: &mut Diagnostics,
) -> Option<(Campaign, Roster)> {
    let before = diagnostics.len();
    names::check_campaign(campaign, folder.shared, diagnostics);
    let given = Given { is_whole, calendar: folder.workspace.calendar.clone(), limits: Limits::default() };
    let lowered = lower::lower_campaign(campaign, given, folder.shared, uses, folder.lines, diagnostics)?;
    if is_whole {
        flow::check(&lowered.campaign, &lowered.places, diagnostics);
    }
    let is_faulty = diagnostics.get(before..).is_some_and(has_errors);
    if is_faulty {
        return None;
    }
    let mut made = lowered.without_sink();
    made.bound = bound::bound(&made, &declared_outcomes(campaign));
    Some((made, Roster::default()))
}

fn declared_outcomes(campaign: &syntax::Campaign) -> BTreeSet<String> {
    let groups = campaign.outcomes.iter().flat_map(|line| &line.value);
    groups.flat_map(|group| &group.names).map(|name| name.value.clone()).collect()
}

/// Office hours where nobody says anything.
fn calendar() -> Calendar {
    let day = vec![(9 * 60, 18 * 60)];
    let windows = [day.clone(), day.clone(), day.clone(), day.clone(), day, Vec::new(), Vec::new()];
    let gap = Delay { min: 4, max: 11, unit: Unit::Minutes };
    Calendar { windows, of_contact: false, zone: "UTC".to_owned(), holidays: BTreeSet::new(), gap }
}

/// Where campaigns have errors: the stretch of a file from a campaign's header to the next block.
struct Broken {
    /// Beginnings of the blocks of each file.
    starts: Vec<Vec<u32>>,
    /// File and block of each error.
    blocks: BTreeSet<(SourceId, usize)>,
}

impl Broken {
    fn of(parsed: &[File], diagnostics: &[Diagnostic]) -> Self {
        let start = |item: &Item| match item {
            Item::Campaign(campaign) => campaign.span.start,
            Item::Workspace(workspace) => workspace.span.start,
            Item::Message(message) => message.span.start,
            Item::Class(class) => class.span.start,
        };
        let starts = parsed.iter().map(|file| file.items.iter().map(start).collect()).collect();
        let mut broken = Self { starts, blocks: BTreeSet::new() };
        for fault in diagnostics.iter().filter(|fault| fault.severity() == Severity::Error) {
            let block = broken.block(fault.span);
            broken.blocks.insert((fault.span.source, block));
        }
        broken
    }

    /// Which block of its file a place stands in; what stands before the first belongs to it.
    fn block(&self, span: Span) -> usize {
        let starts = self.starts.get(span.source.0 as usize).map(Vec::as_slice).unwrap_or_default();
        starts.partition_point(|start| *start <= span.start).max(1)
    }

    fn is_in(&self, header: Span) -> bool {
        self.blocks.contains(&(header.source, self.block(header)))
    }

    fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}
