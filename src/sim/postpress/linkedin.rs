//! `/linkedin…`: endorsing, InMail credits, raw requests, search.

use crate::model::account::Channel;
use crate::sim::people::identity;
use crate::sim::postpress::call::{Content, Refusal, Reply};
use crate::sim::postpress::ledger::Kind;
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::posts::has_skill;
use crate::sim::postpress::route::Desk;
use serde_json::json;

impl Desk<'_> {
    /// Every route under `/linkedin`.
    pub fn linkedin(&mut self, path: &[&str]) -> Result<Reply, Refusal> {
        match (self.call.method.as_str(), path) {
            ("POST", ["linkedin", "profile", "endorse"]) => self.endorse(),
            ("GET", ["linkedin", "inmail_balance"]) => self.inmail_balance(),
            ("POST", ["linkedin"]) => self.raw(),
            ("POST", ["linkedin", "search"]) => self.search(),
            ("GET", ["linkedin", "search", "parameters"]) => self.nothing_of("LinkedinSearchParametersList"),
            ("POST", ["linkedin", "user", _]) => {
                self.state().linkedin_account(&self.call.needed("account_id")?)?;
                Ok(Reply::json(200, json!({"object": "LinkedinPerformActionOnUser", "success": true})))
            }
            _ => Err(Refusal::not_found("route")),
        }
    }

    fn endorse(&mut self) -> Result<Reply, Refusal> {
        let (account, profile) = (self.call.needed("account_id")?, self.call.needed("profile_id")?);
        let skill: u64 = self
            .call
            .needed("skill_endorsement_id")?
            .parse()
            .map_err(|_| Refusal::new(400, "invalid_parameters", "skill_endorsement_id is a number"))?;
        self.state().linkedin_account(&account)?.usable()?;
        let key = self.state().person_key(Channel::Linkedin, &profile)?;
        if !self.state().is_relation(&account, &key) {
            return Err(Refusal::new(422, "no_connection_with_recipient", "only first-degree contacts can be endorsed"));
        }
        if !has_skill(&key, skill) {
            return Err(Refusal::not_found("skill"));
        }
        let mut line = self.line(Kind::Endorse, &account, &key, skill.to_string());
        line.detail = Some(skill.to_string());
        self.perform(line)?;
        Ok(Reply::json(200, json!({"object": "LinkedinProfileEndorse", "endorsed": true})))
    }

    fn inmail_balance(&self) -> Result<Reply, Refusal> {
        let account = self.state().linkedin_account(self.call.needed_query("account_id")?)?;
        let left = |api: &str| self.state().credits(account, api).map(|left| left.max(0));
        Ok(Reply::json(
            200,
            json!({
                "object": "LinkedinInmailBalance", "premium": left("classic"), "recruiter": left("recruiter"),
                "sales_navigator": left("sales_navigator"),
            }),
        ))
    }

    /// The raw pass-through; of all it could do, following is what leaves a trace.
    fn raw(&mut self) -> Result<Reply, Refusal> {
        let (account, url) = (self.call.needed("account_id")?, self.call.needed("request_url")?);
        self.state().linkedin_account(&account)?.usable()?;
        if !url.starts_with("https://www.linkedin.com/") {
            return Err(Refusal::new(400, "invalid_url", "request_url begins with https://www.linkedin.com/"));
        }
        let following = self.call.value().and_then(|body| body.pointer("/body/patch/$set/following"));
        let plain = percent_encoding::percent_decode_str(&url).decode_utf8_lossy().into_owned();
        let profile =
            plain.split_once("followingState:urn:li:fsd_profile:").map(|(_, id)| id.split(['?', '&', '/']).next().unwrap_or(id));
        if let (Some(profile), Some(true)) = (profile, following.and_then(serde_json::Value::as_bool)) {
            let key = self.state().person_key(Channel::Linkedin, profile)?;
            let line = self.line(Kind::Follow, &account, &key, profile.to_owned());
            self.perform(line)?;
        }
        Ok(Reply::json(200, json!({"object": "LinkedinRawData", "data": {"status": 200}})))
    }

    /// People whose name or headline holds the keywords, among those who are named.
    fn search(&mut self) -> Result<Reply, Refusal> {
        let account = self.state().linkedin_account(&self.query_account()?)?.seed.id.clone();
        let ask = Ask::read(self.call, Mark::Number, 100, 10, &["account_id"])?;
        let words = self.call.field("keywords").unwrap_or_default().to_lowercase();
        let state = self.state();
        let found = state
            .directory
            .named()
            .filter(|person| format!("{} {}", person.name(), person.headline).to_lowercase().contains(&words));
        let rows: Vec<Row<_>> = found.map(|person| Row { id: person.key.clone(), at: self.now, item: person }).collect();
        let total = rows.len();
        let mut reply = ask.page("LinkedinSearch", rows, |person| {
            json!({
                "type": "PEOPLE", "id": identity::provider_id(Channel::Linkedin, &person.key),
                "public_identifier": identity::public_identifier(Channel::Linkedin, &person.key), "name": person.name(),
                "headline": person.headline, "location": person.location,
                "network_distance": if state.is_relation(&account, &person.key) { "DISTANCE_1" } else { "DISTANCE_2" },
            })
        });
        if let Content::Json(serde_json::Value::Object(object)) = &mut reply.content {
            object.insert("paging".to_owned(), json!({"start": 0, "page_count": total, "total_count": total}));
        }
        Ok(reply)
    }
}
