//! Letters to systems go to public hosts over https, or nowhere: what an address means is judged, not how it is written.

use campaign_engine::connector::outlet::guard::{Allowed, Barred, check, passed};

const INSIDE: [&str; 62] = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "data:text/html,x",
    "//example.com/",
    "example.com",
    "",
    "https://",
    "https://[::ffff:7f00:1]/",
    "https://user@example.com/",
    "https://user:pass@example.com/",
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://a.localhost/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.1./",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://192.168.257/",
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/",
    "https://100.64.0.1/",
    "https://100.127.255.254/",
    "https://192.0.0.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://198.51.100.7/",
    "https://203.0.113.7/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001::1]/",
    "https://①②⑦.⓪.⓪.①/",
];

#[test]
fn nothing_inside_is_reached_however_it_is_written() {
    for url in INSIDE {
        assert!(check(url, &Allowed::default()).is_err(), "{url}");
    }
    for url in
        ["https://example.com/x", "https://8.8.8.8/", "https://[2606:4700::1111]/", "https://100.128.0.1/", "https://172.32.0.1/"]
    {
        assert!(check(url, &Allowed::default()).is_ok(), "{url}");
    }
}

#[test]
fn a_name_is_judged_by_every_address_it_means() {
    let means = |addresses: &[&str]| {
        let found = addresses.iter().map(|address| format!("{address}:0").parse().unwrap()).collect();
        passed("hooks.example.com", found, &Allowed::default())
    };
    assert!(means(&["93.184.216.34"]).is_ok());
    for inside in ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "[fd00:ec2::254]", "[::ffff:192.168.0.1]"] {
        assert!(matches!(means(&[inside]), Err(Barred::Private(_))), "{inside}");
        assert!(means(&["93.184.216.34", inside]).is_err(), "one inside among others: {inside}");
    }
}

#[test]
fn a_list_of_hosts_is_all_there_is() {
    let allowed = Allowed { hosts: vec!["*.example.com".to_owned(), "crm.acme.io".to_owned()], ..Allowed::default() };
    for (url, expected) in [
        ("https://hooks.example.com/", true),
        ("https://crm.acme.io/", true),
        ("https://CRM.ACME.IO./", true),
        ("https://example.com/", false),
        ("https://example.com.evil.net/", false),
        ("https://evilexample.com/", false),
        ("https://crm.acme.io.evil.net/", false),
        ("https://evil.net/?crm.acme.io", false),
        ("https://evil.net#crm.acme.io", false),
        ("https://crm.acme.io@evil.net/", false),
    ] {
        assert_eq!(check(url, &allowed).is_ok(), expected, "{url}");
    }
}
