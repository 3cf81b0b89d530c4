//! Small pictures: a sparkline, a gauge. Shapes only, sized by attributes: the policy of these pages allows no inline style.

use maud::{Markup, html};

const SPARK_WIDTH: usize = 112;
const SPARK_HEIGHT: usize = 24;
const COLUMN_WIDTH: u64 = 240;
const COLUMN_HEIGHT: u64 = 12;

/// Bars, oldest first.
pub fn spark(counts: &[u32], about: &str) -> Markup {
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as usize;
    let wide = SPARK_WIDTH / counts.len().max(1);
    html! {
        svg .spark width=(SPARK_WIDTH) height=(SPARK_HEIGHT) viewBox=(format!("0 0 {SPARK_WIDTH} {SPARK_HEIGHT}")) role="img" aria-label=(about) {
            @for (at, count) in counts.iter().enumerate() {
                @let high = (*count as usize * (SPARK_HEIGHT - 2)).div_ceil(most).max(1);
                rect x=(at * wide) y=(SPARK_HEIGHT - high) width=(wide.saturating_sub(2).max(1)) height=(high) rx="1" .nothing[*count == 0] {}
            }
        }
    }
}

/// How full a window is.
pub fn gauge(used: u32, cap: Option<u32>) -> Markup {
    html! {
        @match cap {
            Some(cap) => {
                meter min="0" max=(cap.max(1)) value=(used.min(cap.max(1))) high=(cap.max(1) * 9 / 10) { (used) " of " (cap) }
                span .figure { (used) span .quiet { " / " (cap) } }
            }
            None => span .figure { (used) span .quiet { " / no limit" } },
        }
    }
}

/// A figure as a bar beside others, of which `most` is the longest. The figure itself stands in its row.
pub fn column(part: u64, most: u64) -> Markup {
    let wide = (part.min(most) * COLUMN_WIDTH).div_ceil(most.max(1));
    html! {
        svg .spark width=(COLUMN_WIDTH) height=(COLUMN_HEIGHT) viewBox=(format!("0 0 {COLUMN_WIDTH} {COLUMN_HEIGHT}")) aria-hidden="true" {
            @if wide > 0 { rect x="0" y="0" width=(wide) height=(COLUMN_HEIGHT) rx="2" {} }
        }
    }
}

/// A share of a whole as a bar.
pub fn bar(part: u64, whole: u64) -> Markup {
    html! { progress max=(whole.max(1)) value=(part.min(whole)) aria-hidden="true" {} }
}
