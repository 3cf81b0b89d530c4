//! The form of an answer by hand. What was typed is kept when it is refused.

use crate::server::dashboard::pages::layout::Page;
use crate::server::dashboard::pages::words::told;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

/// The form, with what was typed before.
pub fn form(id: &str, name: &str, back: &str, typed: &str) -> Markup {
    let field = format!("reply-{id}");
    html! {
        form .reply method="post" action="/do" {
            input type="hidden" name="order" value="reply";
            input type="hidden" name="id" value=(id);
            input type="hidden" name="back" value=(back);
            label for=(field) { "Answer " (name) }
            textarea id=(field) name="text" rows="3" required { (typed) }
            p .row {
                button type="submit" .main { "Send" }
                span .quiet { "It goes out once, by the account they wrote to, within its limits. The campaign leaves them to you." }
            }
        }
    }
}

/// An answer that is on its way.
pub fn underway(text: &str) -> Markup {
    html! { p .quiet { span .badge { "on its way" } " " span .written { (text) } } }
}

/// The form once more, with the reason.
pub fn again(id: &str, back: &str, typed: &str, sentence: &str) -> Response {
    let body = html! {
        section .card.narrow {
            h1 { "That was not sent" }
            p role="alert" { (told(sentence)) }
            (form(id, "them", back, typed))
            p { a href=(back) { "Back" } }
        }
    };
    let page = Page { title: "That was not sent", place: "inbox", command: "engine inbox", body };
    (StatusCode::UNPROCESSABLE_ENTITY, page.respond()).into_response()
}
