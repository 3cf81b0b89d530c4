//! The arms of a split beside each other: shares with their intervals, and whether they have been shown to differ.

use crate::runtime::query::report::{Report, ReportRow};
use crate::server::dashboard::pages::words::count;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Every split of the campaign in which somebody took an arm.
pub fn arms(report: &Report) -> Markup {
    let mut splits: BTreeMap<&str, Vec<(&str, &ReportRow)>> = BTreeMap::new();
    for row in report.rows.iter().filter(|row| row.by == "arm") {
        let (split, arm) = row.group.split_once(": ").unwrap_or(("", &row.group));
        splits.entry(split).or_default().push((arm, row));
    }
    html! {
        @if !splits.is_empty() {
            section aria-labelledby="arms" {
                h2 #arms { "Arms" }
                @for (split, rows) in &splits { (beside(split, rows)) }
                p .quiet { "Shares with their 95 % intervals; " code { "engine report" } " has them by step, account and week too." }
            }
        }
    }
}

fn beside(split: &str, rows: &[(&str, &ReportRow)]) -> Markup {
    html! {
        div .scroll tabindex="0" role="region" aria-label=(format!("Arms of {split}")) {
            table {
                caption { code { (split) } ": " (verdict(rows)) }
                thead { tr { th scope="col" { "Arm" } th scope="col" .right { "People" } th scope="col" .right { "Reached" } th scope="col" { "Accepted" } th scope="col" { "Replied" } th scope="col" { "Ended well" } } }
                tbody {
                    @for (arm, row) in rows {
                        tr {
                            th scope="row" { (arm) }
                            td .right { (count(row.people)) }
                            td .right { (count(row.reached)) }
                            td { (row.accepted.told()) }
                            td { (row.replied.told()) }
                            td { (row.positive.told()) }
                        }
                    }
                }
            }
        }
    }
}

/// Is one arm answered more often than each other one? Only where no interval reaches into its own is that shown.
fn verdict(rows: &[(&str, &ReportRow)]) -> String {
    let mut known: Vec<(&str, f64, f64)> =
        rows.iter().filter_map(|(arm, row)| Some((*arm, row.replied.low?, row.replied.high?))).collect();
    known.sort_by(|one, other| other.1.total_cmp(&one.1));
    match known.as_slice() {
        [(best, low, _), others @ ..] if !others.is_empty() => {
            if others.iter().all(|(_, _, high)| high < low) {
                format!("{best} is answered more often than any other")
            } else {
                "not shown to differ yet: their intervals overlap".to_owned()
            }
        }
        _ => "too early to compare".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::verdict;
    use crate::runtime::query::report::{ReportRow, Share};

    fn row(replied: u64, reached: u64) -> ReportRow {
        let none = Share::of(0, reached);
        ReportRow {
            by: "arm".to_owned(),
            campaign: "c".to_owned(),
            group: String::new(),
            people: reached,
            invited: 0,
            accepted: none,
            reached,
            replied: Share::of(replied, reached),
            positive: none,
            hours_to_reply: None,
        }
    }

    fn told(a: (u64, u64), b: (u64, u64)) -> String {
        verdict(&[("a", &row(a.0, a.1)), ("b", &row(b.0, b.1))])
    }

    #[test]
    fn arms_differ_only_where_their_intervals_do_not_meet() {
        assert_eq!(told((5, 50), (30, 50)), "b is answered more often than any other");
        assert_eq!(told((12, 50), (18, 50)), "not shown to differ yet: their intervals overlap");
        assert_eq!(told((12, 50), (0, 0)), "too early to compare");
    }
}
