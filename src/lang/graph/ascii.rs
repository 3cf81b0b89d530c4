//! A campaign for a terminal of 80 columns, in plain ASCII: each step with the arrows that leave it.
//!
//! An arrow to the step below is a `|`; every other names the step it leads to, `(back)` if that one stands above.

use crate::lang::graph::layout::{Bow, layout};
use crate::lang::graph::picture::{Node, picture};
use crate::lang::graph::wrap::wrap;
use crate::model::campaign::Campaign;

/// What every terminal has.
const COLUMNS: usize = 80;

/// The whole campaign, without a line break at its end.
pub fn ascii(campaign: &Campaign) -> String {
    let picture = picture(campaign);
    let layout = layout(&picture);
    let title = plain(&format!("{} v{}", campaign.name, campaign.version));
    let mut lines = vec![title.clone(), "=".repeat(title.len().min(COLUMNS)), String::new()];
    for (at, node) in layout.rows.iter().enumerate() {
        lines.extend(wrapped(&heading(node), "", "    "));
        for bow in layout.bows.iter().filter(|bow| bow.from == at) {
            let label = layout.rows.get(bow.to).map_or("", |node| node.label.as_str());
            lines.extend(wrapped(&arrow(bow, label), "  ", "      "));
        }
        let leads_on = layout.straight.contains(&at);
        lines.push(if leads_on { "  |".to_owned() } else { String::new() });
    }
    lines.join("\n").trim_end().to_owned()
}

/// What begins steps from anywhere stands in brackets: nothing leads there.
fn heading(node: &Node) -> String {
    if node.kind == "on" { format!("[{}]", node.label) } else { node.caption() }
}

fn arrow(bow: &Bow, label: &str) -> String {
    let back = if bow.to <= bow.from { " (back)" } else { "" };
    match bow.when {
        "" => format!("+-> {label}{back}"),
        when => format!("+-- {when} -> {label}{back}"),
    }
}

fn wrapped(text: &str, first: &str, further: &str) -> Vec<String> {
    let lines = wrap(&plain(text), COLUMNS - further.len());
    lines.iter().enumerate().map(|(at, line)| format!("{}{line}", if at == 0 { first } else { further })).collect()
}

/// Signs beyond ASCII by their number, as `\u{e9}`.
fn plain(text: &str) -> String {
    let shown = |c: char| if c.is_ascii_graphic() || c == ' ' { c.to_string() } else { c.escape_unicode().to_string() };
    text.chars().map(shown).collect()
}
