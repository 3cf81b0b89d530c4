//! A drawing shows every step and every arrow of a campaign, and nothing in it lies on anything else: over the shipped
//! campaigns and over random ones.

use crate::campaigns::shipped;
use crate::machine::legal::{Tape, program};
use crate::properties::cases;
use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::graph::layout::lanes;
use campaign_engine::lang::graph::picture::{Picture, picture};
use campaign_engine::lang::graph::{ascii, svg};
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::model::campaign::Campaign;
use proptest::collection::vec;
use proptest::prelude::{any, proptest};
use regex::Regex;

fn compiled(text: &str) -> Vec<Campaign> {
    let source = Source { path: "c.camp".into(), notation: Notation::Camp, text: text.into() };
    let people = "first_name,linkedin,company,age,due\nAda,ada,Acme,40,2027-01-20\n";
    compile(&[source], &MemoryFiles::new("").with("people.csv", people)).program.campaigns
}

/// Without what a drawing may break lines at.
fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

/// From, when, to of every arrow, dense.
fn arrows(picture: &Picture) -> Vec<(String, String, String)> {
    sorted(picture.edges.iter().map(|edge| (dense(&edge.from), dense(&edge.when), dense(&edge.to))))
}

/// Reads the text back: what it says of steps and arrows is what the picture holds.
fn check_ascii(campaign: &Campaign) {
    let text = ascii(campaign);
    assert_eq!(text, ascii(campaign));
    assert!(text.lines().all(|line| line.len() <= 80 && line.bytes().all(|byte| matches!(byte, b' '..=b'~'))), "{text}");
    let picture = picture(campaign);
    let caption = |label: &str| dense(&picture.nodes.iter().find(|node| node.label == label).unwrap().caption());
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() }).collect()
    };
    // A heading, its arrows, and whether it leads to the next.
    let mut steps: Vec<(String, Vec<String>, bool)> = Vec::new();
    for line in text.lines().skip(3).filter(|line| !line.is_empty()) {
        match (line, steps.last_mut()) {
            ("  |", Some((_, _, leads_on))) => *leads_on = true,
            (line, Some((_, arrows, _))) if line.starts_with("  +") => arrows.push(dense(line)),
            (line, Some((_, arrows, _))) if line.starts_with("      ") && !arrows.is_empty() => {
                arrows.last_mut().unwrap().push_str(&dense(line));
            }
            (line, Some((heading, _, _))) if line.starts_with("    ") => heading.push_str(&dense(line)),
            (line, _) => steps.push((dense(line).trim_matches(['[', ']']).to_owned(), Vec::new(), false)),
        }
    }
    let nodes = sorted(picture.nodes.iter().map(|node| plain(&dense(&node.caption())).trim_matches(['[', ']']).to_owned()));
    assert_eq!(sorted(steps.iter().map(|(heading, _, _)| heading.clone())), nodes, "{text}");
    let mut told = Vec::new();
    for (at, (heading, arrows, leads_on)) in steps.iter().enumerate() {
        let next = leads_on.then(|| format!("{heading}|{}", steps[at + 1].0));
        told.extend(arrows.iter().map(|arrow| format!("{heading}{}", arrow.strip_suffix("(back)").unwrap_or(arrow))).chain(next));
    }
    let place = |label: &str| steps.iter().position(|(heading, _, _)| *heading == plain(&caption(label))).unwrap();
    let written = picture.edges.iter().map(|edge| {
        let (from, to) = (plain(&caption(&edge.from)), plain(&dense(&edge.to)));
        match edge.when.as_str() {
            "" if place(&edge.to) == place(&edge.from) + 1 => format!("{from}|{}", plain(&caption(&edge.to))),
            "" => format!("{from}+->{to}"),
            when => format!("{from}+--{}->{to}", plain(&dense(when))),
        }
    });
    assert_eq!(sorted(told), sorted(written), "{text}");
}

/// A card of a drawing.
#[derive(Debug)]
struct Card {
    caption: String,
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

/// What stands in a document, as it was before it was escaped.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn cards(svg: &str) -> Vec<Card> {
    let pattern = r#"<rect class="card" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" rx="\d+"><title>([^<]*)</title>"#;
    let card = |found: regex::Captures| {
        let number = |at: usize| found[at].parse::<i64>().unwrap();
        let (left, top) = (number(1), number(2));
        Card { caption: dense(&unescaped(&found[5])), left, top, right: left + number(3), bottom: top + number(4) }
    };
    Regex::new(pattern).unwrap().captures_iter(svg).map(card).collect()
}

/// Across and down.
type Point = (i64, i64);

/// Where each arrow leaves and enters, and the lane between, if it has one.
fn ways(svg: &str) -> Vec<(Point, Point, Option<i64>)> {
    let number = |text: &str| text.parse::<i64>().unwrap();
    let drawn = Regex::new(r#"<path class="way" d="([^"]*)""#).unwrap();
    let drawn: String = drawn.captures_iter(svg).map(|path| format!("{} ", &path[1])).collect();
    let bow = Regex::new(r"M(\d+) (\d+) H\d+ Q(\d+) \d+ \d+ \d+ V\d+ Q\d+ (\d+) \d+ \d+ H(\d+) ").unwrap();
    let line = Regex::new(r"M(\d+) (\d+) V(\d+) ").unwrap();
    let bows = bow
        .captures_iter(&drawn)
        .map(|it| ((number(&it[1]) - 1, number(&it[2])), (number(&it[5]) - 9, number(&it[4])), Some(number(&it[3]))));
    // Its tip reaches into the card.
    let lines =
        line.captures_iter(&drawn).map(|it| ((number(&it[1]), number(&it[2]) - 1), (number(&it[1]), number(&it[3]) + 7), None));
    bows.chain(lines).collect()
}

fn check_svg(campaign: &Campaign) {
    let (svg, picture) = (svg(&[campaign]), picture(campaign));
    let cards = cards(&svg);
    assert_eq!(
        sorted(cards.iter().map(|card| card.caption.clone())),
        sorted(picture.nodes.iter().map(|it| dense(&it.caption())))
    );
    for (at, one) in cards.iter().enumerate() {
        for other in &cards[at + 1..] {
            let is_apart = one.right <= other.left || other.right <= one.left || one.bottom < other.top || other.bottom < one.top;
            assert!(is_apart, "{one:?} lies on {other:?}");
        }
    }
    let ways = ways(&svg);
    let card = |(x, y): Point| {
        let found = cards.iter().find(|card| (card.left..=card.right).contains(&x) && (card.top..=card.bottom).contains(&y));
        found.unwrap_or_else(|| panic!("an arrow at {x} {y} touches no card:\n{svg}")).caption.clone()
    };
    let caption = |label: &str| dense(&picture.nodes.iter().find(|node| node.label == label).unwrap().caption());
    let written = sorted(picture.edges.iter().map(|edge| (caption(&edge.from), caption(&edge.to))));
    assert_eq!(sorted(ways.iter().map(|(from, to, _)| (card(*from), card(*to)))), written);
    for (at, ((_, from), (_, to), lane)) in ways.iter().enumerate() {
        for ((_, other_from), (_, other_to), other_lane) in &ways[at + 1..] {
            let meets = lane.is_some() && lane == other_lane && to != other_to;
            let is_apart = from.max(to) <= other_from.min(other_to) || other_from.max(other_to) <= from.min(to);
            assert!(!meets || is_apart, "two arrows lie on each other in lane {lane:?}:\n{svg}");
        }
    }
    let whens = Regex::new(r#"<text class="when"[^>]*>([^<]*)</text>"#).unwrap();
    let shown: String = whens.captures_iter(&svg).map(|found| dense(&unescaped(&found[1]))).collect();
    for (_, when, _) in arrows(&picture) {
        assert!(shown.contains(&when), "`{when}` is not in {shown}");
    }
    assert_eq!(shown.len(), arrows(&picture).iter().map(|(_, when, _)| when.len()).sum::<usize>());
}

#[test]
fn the_shipped_campaigns_are_drawn_whole() {
    let (sources, files) = shipped();
    let campaigns = compile(&sources, &files).program.campaigns;
    campaigns.iter().for_each(check_ascii);
    campaigns.iter().for_each(check_svg);
    let all = svg(&campaigns.iter().collect::<Vec<_>>());
    assert!(all.starts_with("<svg class=\"campaign-graph\"") && all.matches("<svg").count() == 1);
    assert!(all.contains("<title>community_followup v1, cto_intro v1, event_followup v1, platform_inmail v1</title>"));
    let each: usize = campaigns.iter().map(|campaign| cards(&svg(&[campaign])).len()).sum();
    assert_eq!(cards(&all).len(), each);
    assert!(
        ["<script", "href=", "url(", "@import", "http://", "https://"]
            .iter()
            .all(|reach| { !all.replace("xmlns=\"http://www.w3.org/2000/svg\"", "").contains(reach) })
    );
}

#[test]
fn what_an_author_wrote_stays_text() {
    let text = "workspace acme\n  account lina\n    id \"a\"\n  end\nend\ncampaign c\n  contacts from \"people.csv\"\n    \
                need linkedin, company\n  end\n  steps\n    tag \"</text><script>é & more</script>\"\n    \
                if company matches /ü{3}<b>/\n      tag \"a\"\n    end\n    stop as replied\n  end\nend\n";
    let campaigns = compiled(text);
    let [campaign] = campaigns.as_slice() else { panic!("{text}") };
    check_ascii(campaign);
    check_svg(campaign);
    let (svg, ascii) = (svg(&[campaign]), ascii(campaign));
    assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;é &amp; more"), "{svg}");
    assert!(ascii.contains("company matches /\\u{fc}{3}<b>/ -> "), "{ascii}");
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn random_campaigns_are_drawn_whole(seed in any::<u64>()) {
        for campaign in compiled(&program(&mut Tape { seed, at: 0 })) {
            check_ascii(&campaign);
            check_svg(&campaign);
        }
    }

    #[test]
    fn spans_that_overlap_share_no_lane(spans in vec((0_usize..40, 1_usize..40), 0..30)) {
        let spans: Vec<(usize, usize)> = spans.into_iter().map(|(top, length)| (top, top + length)).collect();
        let lanes = lanes(&spans, usize::MAX);
        assert_eq!(lanes.len(), spans.len());
        for (at, one) in spans.iter().enumerate() {
            for (other, lane) in spans[..at].iter().zip(&lanes) {
                assert!(*lane != lanes[at] || one.1 <= other.0 || other.1 <= one.0, "{spans:?} {lanes:?}");
            }
        }
    }
}
