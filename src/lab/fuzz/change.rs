//! Inputs drawn from the kept ones: what a slip of the hand, a broken line or an attacker makes of them. Only the seed decides.

/// Longer inputs are cut, so that each stays quick.
const BYTES_MAX: usize = 48 << 10;

/// Pieces that readers stumble over, whatever they read.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\t",
    " ",
    "\u{feff}",
    "\0",
    "\"",
    "\"\"\"",
    "'",
    "\\",
    "`",
    "“",
    "’",
    "é",
    "👍",
    "\u{202e}",
    "\u{301}",
    "#",
    "# ",
    "/",
    "/(",
    "|",
    "{",
    "}",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "[",
    "]",
    "(",
    ")",
    ":",
    ": ",
    ",",
    ";",
    "=",
    "==",
    "&&",
    "!",
    "<",
    "- ",
    "&a ",
    "*a",
    "!!binary ",
    "<<: ",
    "---\n",
    "...\n",
    "? ",
    "|\n",
    ">-\n",
    "~",
    "0",
    "1",
    "-1",
    "99999999999",
    "1e999",
    "0x",
    "NaN",
    "null",
    "true",
    "end\n",
    "end a\n",
    "if ",
    "else\n",
    "else if ",
    "and ",
    "or ",
    "not ",
    "in ",
    "is missing",
    "when ",
    "on timeout\n",
    "wait up to ",
    "3 days",
    "1 to 2 hours",
    "until ",
    "repeat up to ",
    "50% as a\n",
    "split a\n",
    "campaign a\n",
    "steps\n",
    "message a\n",
    "part a\n",
    "do a\n",
    "send ",
    "invite",
    "stop as replied\n",
    "test \"a\" of a\n",
    "migrate from 1\n",
    "steps:\n",
    "- if: ",
    "then: []",
    "when_accepted:",
    "on_timeout:",
    "do_part: a",
    "{\"event\":\"message_received\",",
    "\":",
    "[[",
    "}]",
    "BEGIN:VEVENT\n",
    "END:VEVENT\n",
    "RRULE:FREQ=YEARLY\n",
    "DTSTART:20270101\n",
    "2027-02-30",
    "9999-12-31",
];

/// Chance, the same for the same seed.
pub struct Chance(u64);

impl Chance {
    /// Chance of that seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below that; 0 if there is none.
    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        if count == 0 { 0 } else { (mixed % count as u64) as usize }
    }
}

/// An input of that seed: one of the kept, changed in one to eight places.
pub fn changed(kept: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut chance = Chance::new(seed);
    let one = |chance: &mut Chance| kept.get(chance.below(kept.len())).cloned().unwrap_or_default();
    let mut bytes = one(&mut chance);
    for _ in 0..=chance.below(8) {
        let other = one(&mut chance);
        change(&mut bytes, &other, &mut chance);
        bytes.truncate(BYTES_MAX);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    let from = chance.below(bytes.len() + 1);
    let short = from + chance.below(8.min(bytes.len() - from) + 1);
    let long = from + chance.below(bytes.len() - from + 1);
    let piece = PIECES.get(chance.below(PIECES.len())).copied().unwrap_or_default();
    match chance.below(10) {
        0 => {
            if let Some(byte) = bytes.get_mut(from) {
                *byte ^= 1 << chance.below(8);
            }
        }
        1 => bytes.truncate(from),
        2 => drop(bytes.drain(from..short)),
        3 => drop(bytes.drain(from..long)),
        4 | 5 => drop(bytes.splice(from..from, piece.bytes())),
        6 => drop(bytes.splice(from..short, piece.bytes())),
        // The same again and again: nesting, long lines, many keys.
        7 => {
            let again = bytes.get(from..short.max(from)).unwrap_or_default().repeat(1 << chance.below(12));
            drop(bytes.splice(from..from, again));
        }
        8 => {
            let line =
                bytes.get(..from).and_then(|before| before.rsplit(|byte| *byte == b'\n').next()).unwrap_or_default().to_vec();
            drop(bytes.splice(from..from, [&b"\n"[..], &line].concat()));
        }
        _ => {
            let start = chance.below(other.len() + 1);
            let length = chance.below(other.len() - start + 1);
            let part = other.get(start..start + length).unwrap_or_default().to_vec();
            drop(bytes.splice(from..long, part));
        }
    }
}
