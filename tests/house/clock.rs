//! One clock: time is an argument everywhere but in `runtime/clock`, and where a lint exception gives its reason.

use crate::house::{check, pages};

const ASKED: [&str; 5] = ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "thread::sleep"];
const CLOCK: &str = "src/runtime/clock.rs";

#[test]
fn only_the_clock_asks_the_time() {
    let mut faults = Vec::new();
    for page in pages("src").iter().filter(|page| page.path != CLOCK) {
        let lines: Vec<&str> = page.text.lines().collect();
        for (at, line) in page.code() {
            let excepted = lines.get(at.saturating_sub(12)..at).unwrap_or_default().iter();
            let is_excepted = excepted.clone().any(|line| line.contains("disallowed_methods"));
            if ASKED.iter().any(|asked| line.contains(asked)) && !is_excepted {
                faults.push(format!("{}:{at}: {}", page.path, line.trim()));
            }
        }
    }
    check(&faults, "take `now` as an argument, or ask the Clock (src/runtime/clock.rs)");
}

#[test]
fn an_exception_to_a_lint_gives_its_reason() {
    let mut faults = Vec::new();
    for page in pages("src") {
        let code: Vec<(usize, &str)> = page.code().collect();
        for (at, (number, line)) in code.iter().enumerate() {
            if line.contains("#[allow(") || line.contains("#![allow(") {
                faults.push(format!("{}:{number}: `allow` outlives its cause; write `expect`", page.path));
            }
            if line.contains("#[expect(") {
                let rest: String =
                    code.get(at..at + 8).unwrap_or(code.get(at..).unwrap_or_default()).iter().map(|(_, line)| *line).collect();
                let whole = rest.split(")]").next().unwrap_or(&rest);
                if !whole.contains("reason = ") {
                    faults.push(format!("{}:{number}: {}", page.path, line.trim()));
                }
            }
        }
    }
    check(&faults, "write `#[expect(lint, reason = \"…\")]`");
}
