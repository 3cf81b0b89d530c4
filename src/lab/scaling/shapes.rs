//! Texts that grow by one piece, again and again: what a generator, a slip or an attacker makes longer and longer.

/// A text of any size: what stands before, a piece as often as is asked for, what stands after. `#` in a piece is the number
/// of the repetition.
pub struct Shape {
    pub reader: &'static str,
    pub name: &'static str,
    before: &'static str,
    piece: &'static str,
    after: &'static str,
}

const fn of(reader: &'static str, name: &'static str, before: &'static str, piece: &'static str, after: &'static str) -> Shape {
    Shape { reader, name, before, piece, after }
}

impl Shape {
    /// The text with so many pieces.
    pub fn text(&self, pieces: usize) -> String {
        let mut text = self.before.to_owned();
        for nth in 0..pieces {
            if self.piece.contains('#') {
                text.push_str(&self.piece.replace('#', &nth.to_string()));
            } else {
                text.push_str(self.piece);
            }
        }
        text.push_str(self.after);
        text
    }

    /// Pieces that make about so many bytes.
    pub fn pieces(&self, bytes: usize) -> usize {
        (bytes / self.piece.len()).max(1)
    }
}

const STEPS: &str = "campaign a\n  contacts from \"people.csv\"\n    need linkedin\n  end\n  steps\n";
const CLOSED: &str = "    stop as stopped\n  end\nend\n";
const YAML: &str = "campaign: a\ncontacts: {from: people.csv, need: [linkedin]}\nsteps:\n";

/// Twelve and more of each reader.
pub const SHAPES: &[Shape] = &[
    of("camp", "nesting", STEPS, "if connected\n", ""),
    of("camp", "long text", "message a\n\"", "abcdefgh ", "\"\nend\n"),
    of("camp", "many fields", "campaign a\ncontacts from \"people.csv\"\nneed linkedin\n", "may have f#\n", "end\nend\n"),
    of("camp", "unterminated texts", STEPS, "send \"a\n", ""),
    of("camp", "one unterminated text", "message a\n\"\"\"", "word word\n", ""),
    of("camp", "steps", STEPS, "tag \"x#\"\n", CLOSED),
    of("camp", "waits and sends", STEPS, "wait 1 day\nif connected\nsend \"Hi #\"\nend\n", CLOSED),
    of("camp", "comments", STEPS, "# a comment\n", CLOSED),
    of("camp", "unknown words", STEPS, "zzz #\n", CLOSED),
    of("camp", "brackets", "campaign a\nsteps\nif ", "(", "\nend\nend\nend\n"),
    of("camp", "too many ends", STEPS, "end\n", ""),
    of("camp", "messages", "", "message m#\n\"Hi {{ first_name }}\"\nend\n", ""),
    of("camp", "spintax", "message a\n\"", "{a|b}", "\"\nend\n"),
    of("camp", "continued lines", "campaign a \\\n", "x \\\n", "\n"),
    of("camp", "headers without ends", "", "campaign a#\nsteps\n", ""),
    of("camp", "parts", "", "part p#\nwait 1 day\nend\n", ""),
    of("camp", "unknown labels", STEPS, "a#: do b#\n", CLOSED),
    of("yaml", "nesting", "campaign: a\nsteps: ", "[", ""),
    of("yaml", "nested maps", "campaign: a\nsteps: ", "{if: connected, then: [", ""),
    of("yaml", "long text", "messages: {a: \"", "abcdefgh ", "\"}\n"),
    of("yaml", "many keys", "campaign: a\nmessages:\n", "  m#: \"Hi\"\n", "steps:\n  - stop: stopped\n"),
    of("yaml", "unterminated text", "campaign: \"", "word word\n", ""),
    of("yaml", "steps", YAML, "  - tag: \"x#\"\n", "  - stop: stopped\n"),
    of(
        "yaml",
        "waits and sends",
        YAML,
        "  - wait: 1 day\n  - if: connected\n    then: [{send: {text: \"Hi #\"}}]\n",
        "  - stop: stopped\n",
    ),
    of("yaml", "comments", YAML, "  # a comment\n", "  - stop: stopped\n"),
    of("yaml", "unknown keys", "campaign: a\n", "key#: 1\n", ""),
    of("yaml", "unknown statements", YAML, "  - zzz#\n", ""),
    of("yaml", "block text", "messages:\n  a: |\n", "    word word\n", ""),
    of("yaml", "the same key", "campaign: a\n", "goal: x\n", ""),
    of("yaml", "anchors", "campaign: a\nsteps:\n", "  - &a# *b#\n", ""),
    of("yaml", "one line", "campaign: a\nsteps: [", "{tag: x#}, ", "{stop: stopped}]\n"),
    of("notations", "steps", STEPS, "tag \"x#\"\n", CLOSED),
    of("notations", "messages", "campaign a\n", "message m#\n\"Hi\"\nend\n", "steps\nstop as stopped\nend\nend\n"),
    of("notations", "comments", STEPS, "# a comment\ntag \"x\"\n", CLOSED),
    of("notations", "YAML steps", YAML, "  - wait: 1 day # why\n", "  - stop: stopped\n"),
    of("condition", "and", "connected", " and connected", ""),
    of("condition", "or", "age > 1", " or age > #", ""),
    of("condition", "not", "", "not ", "connected"),
    of("condition", "open brackets", "", "(", "connected"),
    of("condition", "close brackets", "connected", ")", ""),
    of("condition", "brackets", "connected", " or (connected)", ""),
    of("condition", "a long list", "company in [\"a\"", ", \"b#\"", "]"),
    of("condition", "a long text", "company is \"", "abcdefgh", "\""),
    of("condition", "a long pattern", "company matches /", "(a|b)", "/"),
    of("condition", "an open pattern", "company matches /", "a(", ""),
    of("condition", "nested patterns", "company matches /", "(a{9}", "/"),
    of("condition", "spaces", "connected", " ", ""),
    of("condition", "unknown words", "connected", " zzz", ""),
    of("condition", "operators", "age", " == 1 &&", " connected"),
    of("template", "variables", "Ada\n", "{{ x }} ", ""),
    of("template", "choices", "Ada\n", "{a|b}", ""),
    of("template", "nested choices", "Ada\n", "{a|", ""),
    of("template", "braces", "Ada\n", "{", ""),
    of("template", "open variables", "Ada\n", "{{ ", ""),
    of("template", "conditions", "Ada\n", "{% if x %}a{% endif %}", ""),
    of("template", "nested conditions", "Ada\n", "{% if x %}", ""),
    of("template", "other branches", "Ada\n{% if x %}", "{% elif y %}", "{% endif %}"),
    of("template", "filters", "Ada\n{{ x", " | trim", " }}"),
    of("template", "a long value", "", "abcdefgh", "\n{{ x }}"),
    of("template", "text", "Ada\n", "word word ", ""),
    of("template", "escapes", "Ada\n", "\\{\\|", ""),
    of("template", "or", "Ada\n{{ x", " or x", " }}"),
    of("template", "comments", "Ada\n", "{# c #}", ""),
    of("list", "people", "linkedin,first_name\n", "p#,Ada\n", ""),
    of("list", "the same person", "linkedin\n", "ada\n", ""),
    of("list", "columns", "linkedin", ",c#", "\nada\n"),
    of("list", "a long cell", "linkedin\n", "abcdefgh", "\n"),
    of("list", "an open quote", "linkedin\n\"", "abcdefgh\n", ""),
    of("list", "empty lines", "linkedin\n", "\n", "ada\n"),
    of("list", "quotes", "linkedin\n", "\"\"", "\n"),
    of("list", "short rows", "linkedin,first_name,company\n", "p#\n", ""),
    of("list", "long rows", "linkedin\n", "p#,a,b,c\n", ""),
    of("list", "cells", "linkedin\nada", ",", "\n"),
    of("list", "profiles", "linkedin\n", "https://www.linkedin.com/in/p#/?x=1\n", ""),
    of("list", "numbers", "whatsapp\n", "+44 7700 9#\n", ""),
    of("holidays", "days", "", "2027-01-06\n", ""),
    of("holidays", "no days", "", "2027-13-06\n", ""),
    of("holidays", "events", "BEGIN:VCALENDAR\n", "BEGIN:VEVENT\nDTSTART:20270106\nEND:VEVENT\n", "END:VCALENDAR\n"),
    of(
        "holidays",
        "years",
        "BEGIN:VCALENDAR\n",
        "BEGIN:VEVENT\nDTSTART:20270106\nRRULE:FREQ=YEARLY\nEND:VEVENT\n",
        "END:VCALENDAR\n",
    ),
    of("holidays", "open events", "BEGIN:VCALENDAR\n", "BEGIN:VEVENT\n", ""),
    of("holidays", "a folded line", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a", "\n b", "\nEND:VEVENT\nEND:VCALENDAR\n"),
    of("holidays", "a long line", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:", "abcdefgh", "\nEND:VEVENT\nEND:VCALENDAR\n"),
    of("webhook", "nesting", "", "[", ""),
    of("webhook", "nested objects", "", "{\"a\":", ""),
    of("webhook", "keys", "{\"event\":\"x\"", ",\"k#\":1", "}"),
    of(
        "webhook",
        "a long text",
        "{\"event\":\"message_received\",\"account_id\":\"a\",\"chat_id\":\"c\",\"message_id\":\"m\",\"message\":\"",
        "abcdefgh",
        "\"}",
    ),
    of("webhook", "escapes", "{\"event\":\"", "\\u00e9", "\"}"),
    of(
        "webhook",
        "attendees",
        "{\"event\":\"message_received\",\"account_id\":\"a\",\"chat_id\":\"c\",\"message_id\":\"m\",\"attendees\":[{}",
        ",{\"attendee_provider_id\":\"p#\"}",
        "]}",
    ),
    of("webhook", "a form", "event=message_received", "&k#=v", ""),
    of("webhook", "a nested form", "event=message_received", "&attendees[#][attendee_provider_id]=p", ""),
    of("webhook", "items", "{\"items\":[{}", ",{\"id\":\"p#\"}", "]}"),
    of("webhook", "spaces", "{\"event\":\"x\"", " ", "}"),
    of("webhook", "digits", "{\"event\":", "9", "}"),
    of("webhook", "the same key", "{\"event\":\"x\"", ",\"event\":\"x\"", "}"),
];
