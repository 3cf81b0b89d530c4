//! What a route may answer with: the schemas are those of the types that the answers are made of.

use crate::runtime::query::accounts::AccountsReport;
use crate::runtime::query::days::DaysAhead;
use crate::runtime::query::errors::Errors;
use crate::runtime::query::inbox::{Inbox, Thread};
use crate::runtime::query::news::NewsReport;
use crate::runtime::query::overview::Overview;
use crate::runtime::query::page::ContactPage;
use crate::runtime::query::report::Report;
use crate::runtime::query::status::StatusReport;
use crate::runtime::query::stored::{BackupRow, Backups, StoreFigures};
use crate::runtime::query::unrouted::Unrouted;
use crate::server::dashboard::access::Role;
use crate::server::dashboard::documents::{CampaignDocument, ContactDocument, Done, Problem, TasksDocument, TimelineDocument};
use crate::server::dashboard::routes::Route;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

/// Where the document keeps schemas.
const SCHEMAS: &str = "/components/schemas";

/// Collects the schemas that answers name.
pub struct Answers(SchemaGenerator);

impl Answers {
    /// None yet.
    pub fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
            settings.definitions_path = SCHEMAS.into();
            settings.meta_schema = None;
        });
        Self(settings.into_generator())
    }

    /// Every status a route answers with.
    pub fn of(&mut self, route: &Route) -> Value {
        let (kind, schema) = self.good(route);
        let mut responses = json!({ "200": { "description": route.about, "content": { kind: { "schema": schema } } } });
        if let Value::Object(fields) = &mut responses {
            if let (Some(good), Some(links)) = (fields.get_mut("200").and_then(Value::as_object_mut), links(route)) {
                good.insert("links".to_owned(), links);
            }
            for status in refusals(route) {
                fields.insert((*status).to_owned(), json!({ "$ref": "#/components/responses/problem" }));
            }
        }
        responses
    }

    /// Content type and schema of what goes well.
    fn good(&mut self, route: &Route) -> (&'static str, Schema) {
        let text = |kind: &'static str| (kind, schemars::json_schema!({ "type": "string" }));
        let schema = match (route.method, route.path) {
            (_, "/healthz" | "/metrics") => return text("text/plain"),
            ("GET", "/api/v1/events") => return text("text/event-stream"),
            ("GET", "/api/v1/status") => self.named::<StatusReport>(),
            ("GET", "/api/v1/overview") => self.named::<Overview>(),
            ("GET", "/api/v1/campaigns/{name}") => self.named::<CampaignDocument>(),
            ("GET", "/api/v1/ahead") => self.named::<DaysAhead>(),
            ("GET", "/api/v1/contacts") => self.named::<ContactPage>(),
            ("GET", "/api/v1/contacts/{id}") => self.named::<ContactDocument>(),
            ("GET", "/api/v1/contacts/{id}/timeline") => self.named::<TimelineDocument>(),
            ("GET", "/api/v1/contacts/{id}/thread") => self.named::<Thread>(),
            ("GET", "/api/v1/accounts") => self.named::<AccountsReport>(),
            ("GET", "/api/v1/inbox") => self.named::<Inbox>(),
            ("GET", "/api/v1/tasks") => self.named::<TasksDocument>(),
            ("GET", "/api/v1/errors") => self.named::<Errors>(),
            ("GET", "/api/v1/report") => self.named::<Report>(),
            ("GET", "/api/v1/news") => self.named::<NewsReport>(),
            ("GET", "/api/v1/unrouted") => self.named::<Unrouted>(),
            ("GET", "/api/v1/store") => self.named::<StoreFigures>(),
            ("GET", "/api/v1/backups") => self.named::<Backups>(),
            ("POST", "/api/v1/backups") => self.named::<BackupRow>(),
            ("POST", _) => self.named::<Done>(),
            _ => schemars::json_schema!({ "type": "object" }),
        };
        ("application/json", schema)
    }

    fn named<T: JsonSchema>(&mut self) -> Schema {
        self.0.subschema_for::<T>()
    }

    /// What the document refers to.
    pub fn components(mut self) -> Value {
        let problem = self.named::<Problem<'_>>();
        let schemas: Map<String, Value> = self.0.take_definitions(true);
        json!({
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
            "responses": { "problem": {
                "description": "What went wrong, and the way out.",
                "content": { "application/problem+json": { "schema": problem } },
            } },
        })
    }
}

/// Where what was answered leads to: the first of a list.
fn links(route: &Route) -> Option<Value> {
    let link = |operation: &str, name: &str, at: &str| {
        let at = format!("$response.body#{at}");
        json!({ "operationId": operation, "parameters": { name: at } })
    };
    let contact = |operation: &str| link(operation, "id", "/contacts/0/id");
    let campaign = |operation: &str| link(operation, "name", "/campaigns/0/name");
    match (route.method, route.path) {
        ("GET", "/api/v1/contacts") => Some(json!({
            "contact": contact("get_contacts_id"),
            "timeline": contact("get_contacts_id_timeline"),
            "thread": contact("get_contacts_id_thread"),
            "act": contact("post_contacts_id_verb"),
            "next": link("get_contacts", "after", "/next"),
        })),
        ("GET", "/api/v1/status") => Some(json!({
            "campaign": campaign("get_campaigns_name"),
            "act": campaign("post_campaigns_name_verb"),
        })),
        ("GET", "/api/v1/tasks") => Some(json!({ "settle": link("post_tasks_id_verb", "id", "/tasks/0/id") })),
        _ => None,
    }
}

/// How else a route may answer.
fn refusals(route: &Route) -> &'static [&'static str] {
    match (route.role, route.path) {
        (Role::Anybody, _) => &[],
        (Role::Operator, _) => &["400", "401", "403", "404", "409", "413", "415", "421", "422", "500"],
        (Role::Reader, "/openapi.json") => &["401", "421"],
        (Role::Reader, "/api/v1/events") => &["401", "421", "503"],
        (Role::Reader, path) if path.contains("{id}") => &["400", "401", "404", "421", "422", "500"],
        (Role::Reader, _) => &["400", "401", "404", "421", "500"],
    }
}
