//! The form of an answer by hand. What was typed is kept when it is refused.

use crate::server::dashboard::pages::layout::Page;
use crate::server::dashboard::pages::words::told;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

/// What the form stands for.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// Of the enrollment.
    pub id: &'a str,
    pub name: &'a str,
    /// A task that is done once the answer is on its way.
    pub task: Option<&'a str>,
    /// The page it stands on.
    pub back: &'a str,
    /// What was typed before, or drafted.
    pub text: &'a str,
}

/// The form, with what was typed before.
pub fn form(answer: Answer<'_>) -> Markup {
    let field = format!("reply-{}", answer.task.unwrap_or(answer.id));
    html! {
        form .reply method="post" action="/do" {
            input type="hidden" name="order" value="reply";
            input type="hidden" name="id" value=(answer.id);
            @if let Some(task) = answer.task { input type="hidden" name="task" value=(task); }
            input type="hidden" name="back" value=(answer.back);
            label for=(field) { "Answer " (answer.name) }
            textarea id=(field) name="text" rows="3" required { (answer.text) }
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
pub fn again(answer: Answer<'_>, sentence: &str) -> Response {
    let body = html! {
        section .card.narrow {
            h1 { "That was not sent" }
            p role="alert" { (told(sentence)) }
            (form(answer))
            p { a href=(answer.back) { "Back" } }
        }
    };
    let page = Page { title: "That was not sent", place: "inbox", command: "engine inbox", body };
    (StatusCode::UNPROCESSABLE_ENTITY, page.respond()).into_response()
}
