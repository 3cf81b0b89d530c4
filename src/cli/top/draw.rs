//! How `engine top` looks, at every size: what needs somebody, accounts with gauges, campaigns with funnels; a campaign's people;
//! the keys below.

use crate::cli::render::{plain, shortened};
use crate::cli::times::short_moment;
use crate::cli::top::view::{Mode, Seen, View};
use crate::runtime::query::accounts::{AccountRow, BudgetRow};
use crate::runtime::query::overview::Needs;
use crate::runtime::query::rows::ContactRow;
use crate::runtime::query::status::CampaignStatus;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Row, Table, TableState, Wrap};

/// From so many columns on there is room for more.
const WIDE: u16 = 100;
/// With fewer columns there is room only for what matters most.
const NARROW: u16 = 60;
/// Cells of a gauge.
const GAUGE_CELLS: u32 = 10;
/// What a funnel is drawn with, from nothing to all.
const LEVELS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// What the help says.
const HELP: [&str; 9] = [
    "j k      down, up; also the arrows",
    "Enter    the people of the campaign",
    "Esc      back",
    "/        only what holds these words",
    "p        pause, or let go on (asks first)",
    "q        leave; the engine goes on",
    "",
    "▇▅▂▁  of all: invited, accepted, replied, ended",
    "Any key closes this.",
];

/// Draws it.
pub fn draw(view: &View, frame: &mut Frame<'_>) {
    let areas = Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]);
    let [head, body, foot] = areas.areas(frame.area());
    frame.render_widget(Line::styled(title(view), Style::new().add_modifier(Modifier::BOLD)), head);
    let body = trouble(view, frame, body);
    if let Some(seen) = &view.seen {
        match &view.campaign {
            Some(_) => people(view, frame, body),
            None => overview(view, seen, frame, body),
        }
    }
    frame.render_widget(keys(view, foot.width), foot);
    if view.mode == Mode::Help {
        help(frame);
    }
}

fn title(view: &View) -> String {
    let time = view.seen.as_ref().map(|seen| format!(" · {}", short_moment(&seen.overview.time, view.time)));
    let paused = view.seen.as_ref().filter(|seen| seen.status.paused).map_or("", |_| " · EVERYTHING IS PAUSED");
    let page = view.seen.as_ref().and_then(|seen| seen.people.as_ref()).filter(|page| page.next.is_some());
    let first = page.map_or(String::new(), |page| format!(", the first {}", page.contacts.len()));
    let place = view.campaign.as_ref().map_or_else(|| view.data.clone(), |name| format!("{name} · people{first}"));
    plain(&format!("engine top · {place}{}{paused}", time.unwrap_or_default()))
}

/// Above all else, why what is seen may be old. What is left of the room.
fn trouble(view: &View, frame: &mut Frame<'_>, body: Rect) -> Rect {
    let Some(trouble) = &view.trouble else { return body };
    let columns = usize::from(body.width).max(1);
    let lines = trouble.chars().count().div_ceil(columns) + 1;
    let areas = Layout::vertical([Constraint::Length(u16::try_from(lines).unwrap_or(1)), Constraint::Min(0)]);
    let [above, rest] = areas.areas(body);
    frame.render_widget(Paragraph::new(plain(trouble)).wrap(Wrap { trim: true }).style(paint(view, Color::Yellow)), above);
    rest
}

fn overview(view: &View, seen: &Seen, frame: &mut Frame<'_>, body: Rect) {
    let needs = needs(view, &seen.overview.needs);
    let accounts: Vec<Line<'_>> = seen.status.accounts.iter().map(|row| account(view, row, body.width)).collect();
    // Of a small terminal the campaigns have half.
    let (third, rows) = (body.height / 4, |lines: &[Line<'_>]| u16::try_from(lines.len()).unwrap_or(u16::MAX));
    let heights = [rows(&needs).min(third.max(1)) + 1, rows(&accounts).min(third.max(1)) + 1];
    let areas = Layout::vertical([Constraint::Length(heights[0]), Constraint::Length(heights[1]), Constraint::Min(0)]);
    let [for_needs, for_accounts, for_campaigns] = areas.areas(body);
    section(frame, for_needs, "NEEDS YOU", needs);
    section(frame, for_accounts, "ACCOUNTS, last 24 hours", accounts);
    campaigns(view, frame, for_campaigns);
}

/// A title and as many lines as fit; the last says how many do not.
fn section(frame: &mut Frame<'_>, area: Rect, title: &str, mut lines: Vec<Line<'_>>) {
    let room = usize::from(area.height.saturating_sub(1));
    if lines.len() > room && room > 0 {
        let more = lines.len() - room + 1;
        lines.truncate(room - 1);
        lines.push(Line::raw(format!("  … and {more} more")));
    }
    let head = Line::styled(title.to_owned(), Style::new().add_modifier(Modifier::DIM));
    frame.render_widget(Paragraph::new([vec![head], lines].concat()), area);
}

fn needs<'a>(view: &View, needs: &Needs) -> Vec<Line<'a>> {
    let mut said = Vec::new();
    let count = |count: u32, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    said.extend(needs.accounts.iter().map(|name| format!("account {name} cannot be used: `engine errors`")));
    if needs.replies > 0 {
        said.push(format!("{}: `engine inbox`", count(needs.replies, "waits for an answer", "wait for an answer")));
    }
    if needs.tasks > 0 {
        said.push(format!("{}: `engine tasks`", count(needs.tasks, "task is open", "tasks are open")));
    }
    if needs.parked > 0 {
        said.push(format!("{}: `engine resolve`", count(needs.parked, "send needs your word", "sends need your word")));
        said.extend(needs.parked_people.iter().map(|person| format!("  {}: {}", person.name, person.why)));
    }
    if said.is_empty() {
        return vec![Line::raw("  Nothing. Everybody is on their way.")];
    }
    said.iter().map(|line| Line::styled(format!("  {}", plain(line)), paint(view, Color::Yellow))).collect()
}

/// `  ada       ok    invites ███░░░░░░░ 3/20   messages █░░░░░░░░░ 4/50`
fn account<'a>(view: &View, row: &AccountRow, columns: u16) -> Line<'a> {
    let state = if row.paused { "paused" } else { row.health.as_str() };
    let is_well = row.health == "ok" && !row.paused;
    let name = usize::from(if columns < NARROW { 10 } else { 16_u16 });
    let mut spans = vec![
        Span::raw(format!("  {} ", crate::cli::render::fitted(&plain(&row.name), name))),
        Span::styled(format!("{state:<8}"), paint(view, if is_well { Color::Green } else { Color::Yellow })),
    ];
    let shown = row.budgets.iter().filter(|budget| match budget.budget.as_str() {
        "invites" | "messages" => true,
        "inmails" => columns >= WIDE,
        _ => columns >= WIDE + WIDE / 2,
    });
    spans.extend(shown.flat_map(|budget| gauge(view, budget, columns)));
    Line::from(spans)
}

fn gauge<'a>(view: &View, budget: &BudgetRow, columns: u16) -> Vec<Span<'a>> {
    let Some(day) = budget.windows.iter().find(|window| window.window == "24h") else { return Vec::new() };
    let Some(cap) = day.cap else { return vec![Span::raw(format!(" {} {}", budget.budget, day.used))] };
    let figures = format!("{}/{cap}", day.used);
    if columns < NARROW {
        let word = if budget.budget == "messages" { "msg" } else { "inv" };
        return vec![Span::raw(format!("{word} {figures} "))];
    }
    // Some are never shown as none.
    let full = (day.used.min(cap) * GAUGE_CELLS).checked_div(cap).unwrap_or_default().max(day.used.min(1));
    let cells = |count: u32, cell: &str| cell.repeat(usize::try_from(count).unwrap_or_default());
    let color = if day.used >= cap { Color::Yellow } else { Color::Green };
    vec![
        Span::raw(format!(" {} ", budget.budget)),
        Span::styled(cells(full, "█"), paint(view, color)),
        Span::styled(cells(GAUGE_CELLS - full, "░"), Style::new().add_modifier(Modifier::DIM)),
        Span::raw(format!(" {figures:<7}")),
    ]
}

fn campaigns(view: &View, frame: &mut Frame<'_>, area: Rect) {
    let rows = view.campaigns();
    let (head, widths): (&[&str], &[u16]) = match area.width {
        0..NARROW => (&["FUNNEL", "ENDED"], &[6, 11]),
        NARROW..WIDE => (&["FUNNEL", "PEOPLE", "INVITED", "REPLIED", "ENDED"], &[6, 7, 7, 7, 7]),
        _ => (
            &["FUNNEL", "PEOPLE", "QUEUED", "ACTIVE", "PARKED", "INVITED", "MESSAGES", "ACCEPTED", "REPLIED", "ENDED"],
            &[6, 8, 8, 8, 8, 8, 8, 8, 8, 8],
        ),
    };
    let shown = rows.iter().map(|row| Row::new(cells(row, area.width)));
    table(view, frame, area, ("CAMPAIGN", head, widths), shown.collect());
}

fn cells(row: &CampaignStatus, columns: u16) -> Vec<String> {
    let state = if row.paused {
        " (paused)"
    } else if row.current {
        ""
    } else {
        " (older)"
    };
    let percent = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.0} %", share * 100.0));
    let (contacts, sends) = (row.contacts, row.sends);
    let name = plain(&format!("{} v{}{state}", row.name, row.version));
    let of_all = format!("{}/{}", contacts.ended, contacts.total);
    let (accepted, replied) = (percent(row.rates.accepted), percent(row.rates.replied));
    let figures: Vec<String> = match columns {
        0..NARROW => vec![of_all],
        NARROW..WIDE => vec![contacts.total.to_string(), sends.invite.to_string(), replied, contacts.ended.to_string()],
        _ => {
            let counts = [contacts.total, contacts.queued, contacts.active, contacts.parked, sends.invite, sends.message];
            let counts = counts.iter().map(u64::to_string);
            counts.chain([accepted, replied, contacts.ended.to_string()]).collect()
        }
    };
    [name, funnel(row)].into_iter().chain(figures).collect()
}

/// Of everybody: who was invited, accepted, replied, has ended.
fn funnel(row: &CampaignStatus) -> String {
    let all = row.contacts.total.max(1) as f64;
    let invited = row.sends.invite as f64 / all;
    let reached = (row.sends.invite.max(row.contacts.total - row.contacts.queued) as f64 / all).min(1.0);
    let parts = [
        invited,
        invited * row.rates.accepted.unwrap_or_default(),
        reached * row.rates.replied.unwrap_or_default(),
        row.contacts.ended as f64 / all,
    ];
    let level = |share: f64| {
        let eighths = (share.clamp(0.0, 1.0) * 8.0).round();
        // Some are never shown as none.
        let eighths = if share > 0.0 { eighths.max(1.0) } else { 0.0 };
        LEVELS.iter().zip(0_u8..).find(|(_, at)| f64::from(*at) >= eighths).map_or(' ', |(level, _)| *level)
    };
    parts.map(level).iter().collect()
}

fn people(view: &View, frame: &mut Frame<'_>, area: Rect) {
    let rows = view.people();
    let (head, widths): (&[&str], &[u16]) = match area.width {
        0..NARROW => (&["STATUS", "STEP"], &[7, 12]),
        NARROW..WIDE => (&["STATUS", "STEP", "NEXT"], &[7, 18, 20]),
        _ => (&["STATUS", "STEP", "WHY", "NEXT", "ACCOUNT", "SENDS"], &[8, 22, 26, 22, 16, 5]),
    };
    let shown = rows.iter().map(|row| Row::new(person(view, row, area.width))).collect();
    table(view, frame, area, ("NAME", head, widths), shown);
}

fn person(view: &View, row: &ContactRow, columns: u16) -> Vec<String> {
    let next = row.next_at.as_ref().map(|at| short_moment(at, view.time)).unwrap_or_default();
    let step = row.step.clone().or(row.outcome.clone()).unwrap_or_default();
    let why = row.outcome.clone().or(row.reason.clone()).unwrap_or_default();
    let parts: Vec<String> = match columns {
        0..NARROW => vec![row.status.clone(), step],
        NARROW..WIDE => vec![row.status.clone(), step, next],
        _ => {
            let (step, account) = (row.step.clone().unwrap_or_default(), row.account.clone().unwrap_or_default());
            vec![row.status.clone(), step, why, next, account, row.sends.to_string()]
        }
    };
    [row.name.clone()].into_iter().chain(parts).map(|cell| plain(&cell)).collect()
}

/// The first column takes the room that the others leave.
fn table(view: &View, frame: &mut Frame<'_>, area: Rect, (first, head, widths): (&str, &[&str], &[u16]), rows: Vec<Row<'_>>) {
    let filter = if view.filter.is_empty() { String::new() } else { format!(" with `{}`", plain(&view.filter)) };
    let first = format!("{first}{filter}");
    let head = [first.as_str()].into_iter().chain(head.iter().copied()).map(str::to_owned).collect::<Row<'_>>();
    let widths = [Constraint::Fill(1)].into_iter().chain(widths.iter().map(|width| Constraint::Length(*width)));
    let table = Table::new(rows, widths)
        .header(head.style(Style::new().add_modifier(Modifier::DIM)))
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED))
        .highlight_symbol("› ");
    frame.render_stateful_widget(table, area, &mut TableState::new().with_selected(view.row));
}

fn keys<'a>(view: &View, columns: u16) -> Line<'a> {
    match (&view.mode, &view.said) {
        (Mode::Filtering, _) => Line::raw(format!("/{}█  Enter keeps it, Esc takes it away", plain(&view.filter))),
        (Mode::Asked(question, _), _) => Line::styled(plain(question), paint(view, Color::Yellow)),
        (Mode::Looking | Mode::Help, Some(said)) => Line::styled(plain(said), paint(view, Color::Yellow)),
        (Mode::Looking | Mode::Help, None) => {
            let way = if view.campaign.is_some() { "Esc back" } else { "Enter people" };
            let keys = match columns {
                0..NARROW => format!("q quit · ? help · {way}"),
                _ => format!("q quit · ? help · j/k move · {way} · / filter · p pause/resume"),
            };
            Line::styled(keys, Style::new().add_modifier(Modifier::DIM))
        }
    }
}

fn help(frame: &mut Frame<'_>) {
    let whole = frame.area();
    let (width, height) = (52.min(whole.width), u16::try_from(HELP.len() + 2).unwrap_or(u16::MAX).min(whole.height));
    let area = Rect { x: (whole.width - width) / 2, y: (whole.height - height) / 2, width, height };
    let inside = usize::from(width.saturating_sub(2));
    let lines: Vec<Line<'_>> = HELP.iter().map(|line| Line::raw(shortened(line, inside))).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(" keys ")), area);
}

fn paint(view: &View, color: Color) -> Style {
    if view.is_colored { Style::new().fg(color) } else { Style::new() }
}
