//! A file in the `.camp` notation: one order, two spaces a level, every comment, no two blank lines in a row.

mod test;

use crate::lang::format::page::Page;
use crate::lang::format::{path, phrase};
use crate::lang::syntax::{
    AccountBlock, Accounts, Campaign, Class, Contacts, Enter, FieldDeclaration, File, Handler, HandlerKind, Item, Limit, Limits,
    Line, Message, Migrate, MigrateTarget, Name, Notes, OutcomeGroup, Part, Report, Schedule, Spanned, Workspace,
};
use crate::model::campaign::OutcomeKind;
use crate::model::value::FieldType;

/// The whole file, with a newline at its end; empty for an empty file.
pub fn print(file: &File) -> String {
    let mut page = Page::default();
    for (position, item) in file.items.iter().enumerate() {
        let follows_block = position > 0;
        match item {
            Item::Campaign(campaign) => print_campaign(&mut page, campaign, follows_block),
            Item::Workspace(workspace) => print_workspace(&mut page, workspace, follows_block),
            Item::Message(message) => print_message(&mut page, message, follows_block),
            Item::Class(class) => print_class(&mut page, class),
            Item::Part(part) => print_part(&mut page, part, follows_block),
            Item::Test(test) => test::print_test(&mut page, test, follows_block),
        }
    }
    page.comments(&file.tail);
    page.finish()
}

fn print_campaign(page: &mut Page, campaign: &Campaign, is_apart: bool) {
    let version = campaign.version.map(|version| format!(" version {}", version.value)).unwrap_or_default();
    page.apart(is_apart);
    page.open(&campaign.notes, &format!("campaign {}{version}", campaign.name.value));
    if let Some(goal) = &campaign.goal {
        let reached = goal.value.reached_when.as_ref();
        let reached = reached.map(|condition| format!(" reached when {}", phrase::expr(condition))).unwrap_or_default();
        page.text(&goal.notes, "goal ", &goal.value.text, &reached);
    }
    if let Some(accounts) = &campaign.accounts {
        let from = match &accounts.value {
            Accounts::Pool(pool) => format!("accounts from pool {}, one per contact", pool.value),
            Accounts::Listed(listed) => format!("accounts from {}", names(listed)),
        };
        page.line(&accounts.notes, &from);
    }
    if let Some(outcomes) = &campaign.outcomes {
        page.line(&outcomes.notes, &format!("outcomes {}", groups(&outcomes.value)));
    }
    campaign.reports.iter().for_each(|report| print_report(page, report));
    if let Some(contacts) = &campaign.contacts {
        print_contacts(page, contacts);
    }
    if let Some(limits) = &campaign.limits {
        print_limits(page, limits);
    }
    if let Some(schedule) = &campaign.schedule {
        print_schedule(page, schedule);
    }
    campaign.classes.iter().for_each(|class| print_class(page, class));
    campaign.messages.iter().for_each(|message| print_message(page, message, true));
    campaign.parts.iter().for_each(|part| print_part(page, part, true));
    if let Some(steps) = &campaign.steps {
        page.apart(true);
        page.open(&steps.notes, "steps");
        path::print_block(page, steps);
        page.close(&steps.end_notes, "end");
    }
    campaign.handlers.iter().for_each(|handler| print_handler(page, handler));
    campaign.migrations.iter().for_each(|migrate| print_migrate(page, migrate));
    page.close(&campaign.end_notes, "end");
    campaign.tests.iter().for_each(|test| test::print_test(page, test, true));
}

fn names(names: &[Name]) -> String {
    names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", ")
}

fn groups(groups: &[OutcomeGroup]) -> String {
    let group = |group: &OutcomeGroup| {
        let kind = match group.kind {
            OutcomeKind::Won => "won",
            OutcomeKind::Lost => "lost",
            OutcomeKind::Neutral => "neutral",
        };
        format!("{kind} {}", names(&group.names))
    };
    groups.iter().map(group).collect::<Vec<_>>().join("; ")
}

fn print_contacts(page: &mut Page, contacts: &Contacts) {
    let [need, may, skip, most, one, enter, start, refresh] = &contacts.clause_notes;
    page.apart(true);
    page.open(&contacts.notes, &format!("contacts from {}", paths(&contacts.from)));
    if !contacts.need.is_empty() {
        page.line(need, &format!("need {}", declarations(&contacts.need)));
    }
    if !contacts.may_have.is_empty() {
        page.line(may, &format!("may have {}", declarations(&contacts.may_have)));
    }
    for (position, condition) in contacts.skip_when.iter().enumerate() {
        let notes = if position == 0 { skip } else { &Notes::default() };
        page.line(notes, &format!("skip when {}", phrase::expr(condition)));
    }
    if let Some(count) = &contacts.at_most_per_company {
        page.line(most, &format!("at most {} per company", count.value));
    }
    if contacts.one_campaign_at_a_time.is_some() {
        page.line(one, "one campaign at a time");
    }
    if let Some(entering) = &contacts.enter {
        let how = match entering.value {
            Enter::Once => "once".to_owned(),
            Enter::AgainAfter(delay) => format!("again after {delay}"),
        };
        page.line(enter, &format!("enter {how}"));
    }
    if let Some(count) = &contacts.start_per_day {
        page.line(start, &format!("start {} a day", count.value));
    }
    if let Some(cron) = &contacts.refresh {
        page.line(refresh, &format!("refresh {}", phrase::text(&cron.value)));
    }
    page.close(&contacts.end_notes, "end");
}

fn paths(paths: &[Spanned<String>]) -> String {
    paths.iter().map(|path| phrase::text(&path.value)).collect::<Vec<_>>().join(", ")
}

fn declarations(fields: &[FieldDeclaration]) -> String {
    let declared = |field: &FieldDeclaration| {
        let ty = match field.ty.map(|ty| ty.value) {
            None => "",
            Some(FieldType::Text) => ": text",
            Some(FieldType::Number) => ": number",
            Some(FieldType::Date) => ": date",
        };
        let default = field.default.as_ref().map(|default| format!(" = {}", phrase::literal(&default.value)));
        format!("{}{ty}{}", field.name.value, default.unwrap_or_default())
    };
    fields.iter().map(declared).collect::<Vec<_>>().join(", ")
}

fn print_class(page: &mut Page, class: &Class) {
    let pattern = phrase::regex(&class.pattern.value);
    page.line(&class.notes, &format!("class {} when reply matches {pattern}", class.name.value));
}

/// A subject that all languages share stands once, above them.
fn print_message(page: &mut Page, message: &Message, is_apart: bool) {
    page.apart(is_apart);
    page.open(&message.notes, &format!("message {}", message.name.value));
    let first = message.variants.first().and_then(|variant| variant.subject.as_ref());
    let is_shared =
        message.variants.len() > 1 && message.variants.iter().all(|one| one.language.is_some() && one.subject.as_ref() == first);
    for (position, variant) in message.variants.iter().enumerate() {
        let tag = variant.language.as_ref().map(|language| format!("[{}] ", language.value)).unwrap_or_default();
        let mut text_notes = variant.notes.clone();
        if let Some(subject) = variant.subject.as_ref().filter(|_| !is_shared || position == 0) {
            let tag = if is_shared { "" } else { tag.as_str() };
            let above = Notes { beside: None, ..variant.notes.clone() };
            page.text(&above, &format!("{tag}subject "), subject, "");
            text_notes = Notes { beside: variant.notes.beside.clone(), ..Notes::default() };
        }
        page.text(&text_notes, &tag, &variant.text, "");
    }
    for attachment in &message.attachments {
        page.line(&attachment.notes, &format!("attach {}", phrase::text(&attachment.value.value)));
    }
    if let Some(voice) = &message.voice {
        page.line(&voice.notes, &format!("voice {}", phrase::text(&voice.value.value)));
    }
    page.close(&message.end_notes, "end");
}

fn print_handler(page: &mut Page, handler: &Handler) {
    let event = match &handler.kind {
        HandlerKind::Reply => "reply".to_owned(),
        HandlerKind::OptOut => "opt out".to_owned(),
        HandlerKind::Takeover => "takeover".to_owned(),
        HandlerKind::AccountLost => "account lost".to_owned(),
        HandlerKind::SendFailed => "send failed".to_owned(),
        HandlerKind::Event(name) => format!("event {}", phrase::text(&name.value)),
    };
    let guard = handler.guard.as_ref().map(|guard| format!(" if {}", phrase::expr(guard))).unwrap_or_default();
    page.apart(true);
    let Some(body) = &handler.body else {
        return page.line(&handler.notes, &format!("on {event} ignore"));
    };
    page.open(&handler.notes, &format!("on {event}{guard}"));
    path::print_block(page, body);
    page.close(&body.end_notes, "end");
}

fn print_part(page: &mut Page, part: &Part, is_apart: bool) {
    page.apart(is_apart);
    page.open(&part.notes, &format!("part {}", part.name.value));
    path::print_block(page, &part.body);
    page.close(&part.body.end_notes, "end");
}

fn print_report(page: &mut Page, report: &Line<Report>) {
    let Report { cron, who } = &report.value;
    page.line(&report.notes, &format!("report {} to {}", phrase::text(&cron.value), who.value));
}

fn print_migrate(page: &mut Page, migrate: &Migrate) {
    let from = migrate.from.value;
    page.apart(true);
    if migrate.in_place {
        return page.line(&migrate.notes, &format!("migrate from {from} in place"));
    }
    page.open(&migrate.notes, &format!("migrate from {from}"));
    for rule in &migrate.rules {
        page.line(&rule.notes, &format!("at {} -> {}", rule.value.label.value, target(&rule.value.target)));
    }
    if let Some(otherwise) = &migrate.otherwise {
        page.line(&otherwise.notes, &format!("anyone else -> {}", target(&otherwise.value)));
    }
    page.close(&migrate.end_notes, "end");
}

fn target(target: &MigrateTarget) -> String {
    match target {
        MigrateTarget::Stay => "stay".to_owned(),
        MigrateTarget::GoTo(label) => format!("go to {}", label.value),
        MigrateTarget::Finish(version) => format!("finish on version {}", version.value),
    }
}

fn print_workspace(page: &mut Page, workspace: &Workspace, is_apart: bool) {
    page.apart(is_apart);
    page.open(&workspace.notes, &format!("workspace {}", workspace.name.value));
    workspace.accounts.iter().for_each(|account| print_account(page, account));
    for pool in &workspace.pools {
        page.line(&pool.notes, &format!("pool {} {}", pool.value.name.value, names(&pool.value.accounts)));
    }
    for person in &workspace.people {
        let address = phrase::text(&person.value.address.value);
        page.line(&person.notes, &format!("person {} {address}", person.value.name.value));
    }
    for list in &workspace.never_contact {
        page.line(&list.notes, &format!("never contact {}", phrase::text(&list.value.value)));
    }
    workspace.classes.iter().for_each(|class| print_class(page, class));
    workspace.messages.iter().for_each(|message| print_message(page, message, true));
    workspace.parts.iter().for_each(|part| print_part(page, part, true));
    if let Some(schedule) = &workspace.schedule {
        print_schedule(page, schedule);
    }
    if let Some(limits) = &workspace.limits {
        print_limits(page, limits);
    }
    if let Some(refresh) = &workspace.refresh {
        page.line(&refresh.notes, &format!("refresh {}", phrase::text(&refresh.value.value)));
    }
    workspace.reports.iter().for_each(|report| print_report(page, report));
    page.close(&workspace.end_notes, "end");
}

fn print_account(page: &mut Page, account: &AccountBlock) {
    let quoted = |text: &Spanned<String>| phrase::text(&text.value);
    let values = [
        ("id", account.id.as_ref().map(quoted)),
        ("channel", account.channel.map(|channel| channel.value.word().to_owned())),
        ("tier", account.tier.map(|tier| tier.value.word().to_owned())),
        ("timezone", account.timezone.as_ref().map(quoted)),
        ("owner", account.owner.as_ref().map(quoted)),
    ];
    page.open(&account.notes, &format!("account {}", account.name.value));
    for ((word, value), notes) in values.into_iter().zip(&account.clause_notes) {
        if let Some(value) = value {
            page.line(notes, &format!("{word} {value}"));
        }
    }
    page.close(&account.end_notes, "end");
}

fn print_schedule(page: &mut Page, schedule: &Schedule) {
    page.open(&schedule.notes, "schedule");
    for window in &schedule.sends {
        page.line(&window.notes, &format!("send {}", phrase::send_window(&window.value)));
    }
    if let Some(zone) = &schedule.timezone {
        let named = zone.value.zone.as_ref().map(|zone| phrase::text(&zone.value));
        let line = match (zone.value.of_contact, named) {
            (true, Some(named)) => format!("timezone of contact or {named}"),
            (true, None) => "timezone of contact".to_owned(),
            (false, named) => format!("timezone {}", named.unwrap_or_default()),
        };
        page.line(&zone.notes, &line);
    }
    for list in &schedule.holidays {
        page.line(&list.notes, &format!("holidays {}", phrase::text(&list.value.value)));
    }
    if let Some(gap) = &schedule.gap {
        page.line(&gap.notes, &format!("gap {}", gap.value.value));
    }
    page.close(&schedule.end_notes, "end");
}

fn print_limits(page: &mut Page, limits: &Limits) {
    page.open(&limits.notes, "limits per account");
    limits.lines.iter().for_each(|line| print_limit(page, line));
    page.close(&limits.end_notes, "end");
}

fn print_limit(page: &mut Page, line: &Line<Limit>) {
    let words = match &line.value {
        Limit::Caps { budget, caps } => {
            format!("{} {}", budget.value.word(), phrase::caps(caps.iter().map(|cap| &cap.value)))
        }
        Limit::Pending(count) => format!("pending invites at most {}", count.value),
        Limit::Ramp { days, from_percent } => {
            let unit = if days.value == 1 { "day" } else { "days" };
            format!("ramp up over {} {unit} from {}%", days.value, from_percent.value)
        }
    };
    page.line(&line.notes, &words);
}
