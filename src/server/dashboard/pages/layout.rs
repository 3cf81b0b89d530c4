//! What every page has: head, navigation, the command that says the same.

use crate::server::dashboard::pages::words::told;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

/// Where the navigation leads: key, address, name.
const PLACES: [(&str, &str, &str); 7] = [
    ("overview", "/", "Overview"),
    ("contacts", "/contacts", "Contacts"),
    ("inbox", "/inbox", "Inbox"),
    ("accounts", "/accounts", "Accounts"),
    ("errors", "/errors", "Errors"),
    ("events", "/events", "Events"),
    ("settings", "/settings", "Settings"),
];

/// A page.
pub struct Page<'a> {
    pub title: &'a str,
    /// Which of the places it belongs to.
    pub place: &'a str,
    /// The command that says the same.
    pub command: &'a str,
    pub body: Markup,
}

impl Page<'_> {
    /// As it is sent.
    pub fn respond(&self) -> Response {
        Html(self.whole().into_string()).into_response()
    }

    fn whole(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                (head(self.title))
                body {
                    a .skip href="#main" { "Skip to content" }
                    header .top {
                        a .brand href="/" aria-label="engine, overview" { span .dot #pulse aria-hidden="true" {} "engine" }
                        nav aria-label="Places" {
                            @for (key, address, name) in PLACES {
                                a href=(address) aria-current=[(key == self.place).then_some("page")] { (name) }
                            }
                        }
                    }
                    p #away role="status" hidden { "The engine does not answer; this page comes back with it." }
                    main #main tabindex="-1" { (self.body) }
                    footer {
                        span .command { span .quiet { "The same in a terminal: " } code #command { (self.command) } " " button #copy type="button" hidden { "Copy" } }
                        span .quiet { kbd { "/" } " search  " kbd { "j" } " " kbd { "k" } " move  " kbd { "?" } " keys" }
                    }
                    dialog #keys aria-label="Keys" {
                        h2 { "Keys" }
                        dl {
                            dt { kbd { "/" } } dd { "search a contact" }
                            dt { kbd { "j" } " " kbd { "k" } } dd { "next and previous row" }
                            dt { kbd { "Enter" } } dd { "open the row" }
                            dt { kbd { "g" } " then " kbd { "o c i a r e s" } } dd { "overview, contacts, inbox, accounts, errors, events, settings" }
                            dt { kbd { "?" } } dd { "these keys" }
                        }
                        form method="dialog" { button { "Close" } }
                    }
                }
            }
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · engine" }
            link rel="stylesheet" href="/style.css";
            link rel="icon" href="data:,";
            script src="/live.js" defer {}
        }
    }
}

/// A page of one sentence.
pub fn message(status: StatusCode, title: &str, sentence: &str) -> Response {
    let body = html! { section .card.narrow { h1 { (title) } p { (told(sentence)) } p { a href="/" { "Overview" } } } };
    (status, Page { title, place: "", command: "engine status", body }.respond()).into_response()
}

/// What could not be asked.
pub fn failed(sentence: &str) -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "That did not work", sentence)
}

/// A page without navigation: for whoever has not come in.
pub fn outside(status: StatusCode, title: &str, body: &Markup) -> Response {
    let page = html! { (DOCTYPE) html lang="en" { (head(title)) body { main #main .outside { (body) } } } };
    (status, Html(page.into_string())).into_response()
}

/// A form with one button.
pub fn button(order: &str, fields: &[(&str, &str)], name: &str, back: &str, is_grave: bool) -> Markup {
    html! {
        form .inline method="post" action="/do" {
            input type="hidden" name="order" value=(order);
            @for (field, value) in fields { input type="hidden" name=(field) value=(value); }
            input type="hidden" name="back" value=(back);
            button type="submit" .grave[is_grave] { (name) }
        }
    }
}
