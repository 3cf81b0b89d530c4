//! A folder's files become one program: what is shared first, then each campaign through lowering and every check.

use crate::lang::bound;
use crate::lang::check::capacity::{self, Load};
use crate::lang::check::files::{self, Naming};
use crate::lang::check::names::{self, Shared, Uses};
use crate::lang::check::text::{self, TextData};
use crate::lang::check::time::{self, WrittenSchedule};
use crate::lang::check::together::{self, Party};
use crate::lang::check::{data, flow, limits, pending};
use crate::lang::diagnostic::{Diagnostic, Diagnostics, Severity, stops_running};
use crate::lang::folder::Files;
use crate::lang::lists;
use crate::lang::lower::{self, Given, Lines, Lowered, Whole, Written};
use crate::lang::source::{Source, SourceId, Span, Spanned};
use crate::lang::syntax::{self, File, Item};
use crate::model::account::AccountSpec;
use crate::model::campaign::Campaign;
use crate::model::program::{Program, Roster, Workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The program of these files; campaigns with errors are left out.
pub fn program(sources: &[Source], parsed: &[File], files: &dyn Files, diagnostics: &mut Diagnostics) -> Program {
    let broken = Broken::of(parsed, diagnostics);
    let found = diagnostics.clone();
    let is_shared_whole = broken.is_shared_whole(parsed);
    let shared = names::collect(parsed, diagnostics);
    let reading = Reading { sources, files };
    let workspace = workspace(&shared, reading, diagnostics);
    texts(&shared, parsed, reading, diagnostics);
    let folder = Folder { shared: &shared, workspace: &workspace, lines: &Lines::new(sources), reading };
    let mut uses = Uses::default();
    let mut by_block: BTreeMap<(SourceId, usize), Vec<&Diagnostic>> = BTreeMap::new();
    for fault in &found {
        by_block.entry(broken.place(fault.span)).or_default().push(fault);
    }
    let mut made: Vec<(&syntax::Campaign, Campaign, Roster)> = Vec::new();
    for campaign in names::campaigns(parsed) {
        let faults = by_block.get(&broken.place(campaign.span)).into_iter().flatten().copied();
        let whole = Whole::of(campaign, faults, is_shared_whole);
        if let Some((lowered, roster)) = one(campaign, &folder, whole, &mut uses, diagnostics) {
            made.push((campaign, lowered, roster));
        }
    }
    if broken.is_empty() && names::campaigns(parsed).next().is_some() {
        names::unused(&shared, &uses, diagnostics);
    }
    let parties: Vec<Party> = made.iter().map(|(written, campaign, roster)| Party { written, campaign, roster }).collect();
    together::check(&parties, &workspace, diagnostics);
    let faulty = Broken::of(parsed, diagnostics);
    let good = made.into_iter().filter(|(written, _, _)| !faulty.is_in(written.span));
    let (campaigns, rosters) = good.map(|(_, campaign, roster)| (campaign, roster)).unzip();
    Program { root: files.root().to_owned(), workspace, campaigns, rosters }
}

/// How named files are read.
#[derive(Clone, Copy)]
struct Reading<'a> {
    sources: &'a [Source],
    files: &'a dyn Files,
}

impl<'a> Reading<'a> {
    /// For names written in the file of that place.
    fn naming(self, place: Span) -> Naming<'a> {
        let source = self.sources.get(place.source.0 as usize).map_or(Path::new(""), |source| source.path.as_path());
        Naming { files: self.files, source }
    }
}

fn workspace(shared: &Shared, reading: Reading, diagnostics: &mut Diagnostics) -> Workspace {
    let accounts = lower::workspace::accounts(shared, diagnostics);
    for zone in shared.accounts.iter().filter_map(|account| account.timezone.as_ref()) {
        time::check_zone(zone, diagnostics);
    }
    let written = shared.workspace;
    let schedule = written.and_then(|written| written.schedule.as_ref());
    let zone = accounts.first().and_then(|account| account.timezone.clone());
    let schedule = schedule.map(|schedule| WrittenSchedule { schedule, naming: reading.naming(schedule.span) });
    let calendar = time::workspace_calendar(schedule, zone.as_deref(), diagnostics);
    let lists = written.iter().flat_map(|written| &written.never_contact);
    let never = lists.flat_map(|line| files::people(reading.naming(line.value.span), &line.value, diagnostics)).collect();
    Workspace {
        name: written.map(|workspace| workspace.name.value.clone()).unwrap_or_default(),
        accounts,
        limits: limits::workspace(written.and_then(|written| written.limits.as_ref()), diagnostics),
        calendar,
        never_contact: never,
        reports: lower::workspace::reports(shared, diagnostics),
        refresh: lower::workspace::refresh(shared),
    }
}

/// What is checked of every text once, used or not: its template, its attachments.
fn texts(shared: &Shared, parsed: &[File], reading: Reading, diagnostics: &mut Diagnostics) {
    let own = names::campaigns(parsed).flat_map(|campaign| &campaign.messages);
    for message in shared.messages.values().copied().chain(own) {
        for variant in &message.variants {
            variant.subject.iter().chain([&variant.text]).for_each(|text| text::check_template(text, diagnostics));
        }
        for attachment in message.attachments.iter().chain(&message.voice) {
            files::attachment(reading.naming(attachment.value.span), &attachment.value, diagnostics);
        }
    }
}

/// What a campaign is compiled within.
struct Folder<'a> {
    shared: &'a Shared<'a>,
    workspace: &'a Workspace,
    lines: &'a Lines,
    reading: Reading<'a>,
}

/// One campaign through everything.
fn one(
    campaign: &syntax::Campaign,
    folder: &Folder,
    whole: Whole,
    uses: &mut Uses,
    diagnostics: &mut Diagnostics,
) -> Option<(Campaign, Roster)> {
    let before = diagnostics.len();
    names::check_campaign(campaign, folder.shared, diagnostics);
    let given = given(campaign, folder, whole, diagnostics);
    let mut lowered = lower::lower_campaign(campaign, given, folder.shared, uses, folder.lines, diagnostics)?;
    if whole.steps {
        flow::check(&lowered.campaign, &lowered.places, diagnostics);
    }
    let roster = data(campaign, &mut lowered, folder, diagnostics);
    if whole.fields {
        check_texts(&lowered, &roster, folder, diagnostics);
    }
    if diagnostics.get(before..).is_some_and(stops_running) {
        return None;
    }
    let load = Load {
        campaign: &lowered.campaign,
        written: campaign,
        workspace: folder.workspace,
        limits: folder.shared.workspace.and_then(|workspace| workspace.limits.as_ref()),
        people: roster.rows.len() as u64,
    };
    capacity::check(load, folder.reading.files.today(), diagnostics);
    pending::check(load, &lowered.places, diagnostics);
    let mut made = lowered.without_sink();
    made.bound = bound::bound(&made, &declared_outcomes(campaign));
    Some((made, roster))
}

fn given(campaign: &syntax::Campaign, folder: &Folder, whole: Whole, diagnostics: &mut Diagnostics) -> Given {
    let said = folder.shared.workspace.and_then(|workspace| workspace.schedule.as_ref());
    let schedule = campaign.schedule.as_ref();
    let schedule = schedule.map(|schedule| WrittenSchedule { schedule, naming: folder.reading.naming(schedule.span) });
    Given {
        whole,
        calendar: time::campaign_calendar(schedule, &folder.workspace.calendar, said, diagnostics),
        limits: limits::campaign(campaign.limits.as_ref(), &folder.workspace.limits, diagnostics),
    }
}

/// The campaign against its lists and texts; puts what was read of them into it.
fn data(campaign: &syntax::Campaign, lowered: &mut Lowered, folder: &Folder, diagnostics: &mut Diagnostics) -> Roster {
    let naming = folder.reading.naming(campaign.span);
    for named in std::mem::take(&mut lowered.lists) {
        let people = || files::people(naming, &named, diagnostics);
        lowered.campaign.lists.entry(named.value.clone()).or_insert_with(people);
    }
    relative_paths(lowered, folder.reading);
    let mut roster = Roster::default();
    if let Some(contacts) = &campaign.contacts {
        let lists = files::lists(naming, &contacts.from, diagnostics);
        let channel = lowered.knows_accounts.then_some(lowered.campaign.channel);
        data::check(contacts, &lists, channel, diagnostics);
        roster = lists::roster(&lists, &lowered.campaign.fields, lowered.campaign.channel);
        let paths = contacts.from.iter().filter_map(|list| naming.path(list, &mut Vec::new()));
        lowered.campaign.contacts.lists = paths.collect();
    }
    for sent in &lowered.texts {
        if let Written::Inline(text) = sent.written {
            text::check_template(text, diagnostics);
        }
    }
    roster
}

/// The texts against the fields and the people; makes no sense of fields that could not be read.
fn check_texts(lowered: &Lowered, roster: &Roster, folder: &Folder, diagnostics: &mut Diagnostics) {
    let speaks = |account: &&AccountSpec| lowered.campaign.accounts.contains(&account.name);
    let accounts: Vec<AccountSpec> = folder.workspace.accounts.iter().filter(speaks).cloned().collect();
    let known = TextData { campaign: &lowered.campaign, roster, accounts: &accounts };
    text::check(&lower::message_texts(lowered), known, diagnostics);
}

/// Attachments as paths relative to the folder; what is wrong with them was told of with the texts.
fn relative_paths(lowered: &mut Lowered, reading: Reading) {
    for (message, sent) in lowered.campaign.messages.iter_mut().zip(&lowered.texts) {
        if let Written::Block(written) = sent.written {
            let path = |line: &syntax::Line<Spanned<String>>| reading.naming(line.value.span).path(&line.value, &mut Vec::new());
            message.attachments = written.attachments.iter().filter_map(path).collect();
            message.voice = written.voice.as_ref().and_then(path);
        }
    }
}

fn declared_outcomes(campaign: &syntax::Campaign) -> BTreeSet<String> {
    let groups = campaign.outcomes.iter().flat_map(|line| &line.value);
    groups.flat_map(|group| &group.names).map(|name| name.value.clone()).collect()
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
            Item::Part(part) => part.span.start,
            Item::Test(test) => test.span.start,
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

    /// File and block.
    fn place(&self, span: Span) -> (SourceId, usize) {
        (span.source, self.block(span))
    }

    /// Has no block but campaigns and tests an error? A file of which nothing could be read may have held anything.
    fn is_shared_whole(&self, parsed: &[File]) -> bool {
        self.blocks.iter().all(|(source, block)| {
            let items = parsed.get(source.0 as usize).map(|file| file.items.as_slice()).unwrap_or_default();
            matches!(items.get(block.saturating_sub(1)), Some(Item::Campaign(_) | Item::Test(_)))
        })
    }

    fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}
