//! What people wrote reaches the terminal as text: no colours, no titles, no cursor, no turned-round lines.

use campaign_engine::cli::render::plain;

#[test]
fn no_control_character_is_printed() {
    let payloads = [
        "\u{1b}[31mred",
        "\u{1b}[2J\u{1b}[H",
        "\u{1b}]0;title\u{7}",
        "\u{1b}]8;;https://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\",
        "\u{1b}]52;c;cm0gLXJmIC8=\u{7}",
        "\u{1b}P1$qm\u{1b}\\",
        "\u{9b}31m",
        "\u{9d}0;x\u{9c}",
        "\u{90}x\u{9c}",
        "\u{1b}c",
        "\u{1b}[6n",
        "\u{7}",
        "\u{8}\u{8}\u{8}",
        "\u{0}",
        "\u{7f}",
        "a\rb",
        "a\nb",
        "a\tb",
        "\u{202e}gnp.exe",
        "\u{2066}x\u{2069}",
        "\u{200f}x",
        "\u{61c}x",
        "\u{2028}x\u{2029}",
        "\u{e0041}\u{e0042}",
        "\u{85}",
    ];
    for payload in payloads {
        let shown = plain(payload);
        let is_harmful = |c: char| {
            c.is_control()
                || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
        };
        assert!(!shown.chars().any(is_harmful), "{payload:?} is shown as {shown:?}");
    }
    for text in ["ada", "Zoë Łukasz", "日本語", "🙂 👩‍🔧", "a – b", "שלום", "مرحبا"] {
        assert_eq!(plain(text), text);
    }
}
