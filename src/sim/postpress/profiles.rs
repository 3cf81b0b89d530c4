//! `/users/me`, `/users/relations`, `/users/{identifier}`.

use crate::model::account::Channel;
use crate::model::id::draw;
use crate::sim::people::identity;
use crate::sim::postpress::account::Account;
use crate::sim::postpress::call::{Refusal, Reply};
use crate::sim::postpress::ledger::Kind;
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::posts::skills;
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::{Ending, Relation, State};
use crate::sim::postpress::view::member_number;
use serde_json::{Value, json};

impl Desk<'_> {
    /// `GET /users/me`
    pub fn own_profile(&self) -> Result<Reply, Refusal> {
        Ok(Reply::json(200, self.state().account(&self.query_account()?)?.owner_profile()))
    }

    /// `GET /users/relations`, newest first.
    pub fn relations(&self) -> Result<Reply, Refusal> {
        let account = self.state().linkedin_account(self.call.needed_query("account_id")?)?;
        let ask = Ask::read(self.call, Mark::Index, 1_000, 100, &["account_id", "filter"])?;
        let wanted = ask.filter("filter").unwrap_or_default().to_lowercase();
        let until = self.seen_until();
        let known = self.state().relations.get(&account.seed.id).map(Vec::as_slice).unwrap_or_default();
        let rows = known.iter().rev().filter(|relation| self.lag_ms == 0 || relation.since <= until);
        let named = |relation: &&Relation| {
            wanted.is_empty() || self.state().directory.person(&relation.person).name().to_lowercase().contains(&wanted)
        };
        let rows =
            rows.filter(named).map(|relation| Row { id: relation.person.clone(), at: relation.since, item: relation }).collect();
        Ok(ask.page("UserRelationsList", rows, |relation| relation_view(self.state(), relation)))
    }

    /// `GET /users/{identifier}`; with `notify=true` the person is told, and it is written down.
    pub fn profile(&mut self, identifier: &str) -> Result<Reply, Refusal> {
        let account = self.state().account(&self.query_account()?)?.clone();
        let key = self.state().person_key(account.seed.channel, identifier)?;
        let family = match self.call.query.get("linkedin_api").map(String::as_str) {
            None | Some("classic") => None,
            Some(api @ ("sales_navigator" | "recruiter")) => {
                account
                    .credits(api)
                    .ok_or_else(|| Refusal::new(403, "feature_not_subscribed", format!("{api} is not subscribed")))?;
                Some(if api == "recruiter" { "AEMAA" } else { "ACwAA" })
            }
            Some(_) => return Err(Refusal::new(400, "invalid_parameters", "linkedin_api is recruiter or sales_navigator")),
        };
        if self.call.query.get("notify").is_some_and(|notify| notify == "true") {
            account.usable()?;
            let line = self.line(Kind::View, &account.seed.id, &key, identity::provider_id(account.seed.channel, &key));
            self.perform(line)?;
        }
        let mut view = self.profile_view(&account, &key);
        if let (Some(family), Some(object)) = (family, view.as_object_mut()) {
            object.insert("provider_id".to_owned(), json!(identity::family_id(&key, family)));
        }
        Ok(Reply::json(200, view))
    }

    fn profile_view(&self, account: &Account, key: &str) -> Value {
        let channel = account.seed.channel;
        let person = self.state().directory.person(key);
        let (id, public) = (identity::provider_id(channel, key), identity::public_identifier(channel, key));
        match channel {
            Channel::Linkedin => self.linkedin_view(account, key),
            Channel::Whatsapp => json!({
                "object": "UserProfile", "provider": "WHATSAPP", "id": public, "provider_id": id, "public_identifier": public,
                "full_name": person.name(),
            }),
            Channel::Instagram => self.instagram_view(account, key),
            Channel::Messenger | Channel::Telegram => json!({
                "object": "UserProfile", "provider": account.kind(), "provider_id": id, "id": id, "public_identifier": public,
                "username": public, "first_name": person.first_name, "last_name": person.last_name, "full_name": person.name(),
                "phone_number": null, "profile_picture_url": format!("https://media.example.invalid/p/{public}.jpg"), "bio": person.headline,
            }),
        }
    }

    /// In the words of both generations of this object.
    fn instagram_view(&self, account: &Account, key: &str) -> Value {
        let person = self.state().directory.person(key);
        let public = identity::public_identifier(Channel::Instagram, key);
        let picture = format!("https://media.example.invalid/p/{public}.jpg");
        json!({
            "object": "UserProfile", "provider": "INSTAGRAM", "provider_id": identity::provider_id(Channel::Instagram, key),
            "provider_messaging_id": identity::messaging_id(Channel::Instagram, key), "public_identifier": public,
            "pk": draw(&[b"pk", key.as_bytes()]) % 1_000_000_000, "username": public, "full_name": person.name(),
            "profile_picture_url": picture, "profile_pic_url": picture, "biography": person.headline, "category": null,
            "followers_count": 412, "follower_count": 412, "mutual_followers_count": 3, "following_count": 380, "posts_count": 27,
            "profile_type": "PUBLIC", "is_verified": false, "is_private": false, "is_business": false, "external_links": [],
            "public_email": null, "public_phone": null,
            "relationship_status": {
                "following": self.state().is_relation(&account.seed.id, key), "followed_by": false,
                "has_sent_invitation": self.is_pending(&account.seed.id, key), "has_received_invitation": false,
            },
        })
    }

    fn is_pending(&self, account: &str, key: &str) -> bool {
        self.state().invitation(account, key).is_some_and(|invitation| invitation.end == Ending::Pending)
    }

    fn linkedin_view(&self, account: &Account, key: &str) -> Value {
        let (state, account_id) = (self.state(), account.seed.id.as_str());
        let person = state.directory.person(key);
        let (id, public) = (identity::provider_id(Channel::Linkedin, key), identity::public_identifier(Channel::Linkedin, key));
        let is_relation = state.is_relation(account_id, key);
        let sections = self.call.query.get("linkedin_sections").map(String::as_str).unwrap_or_default();
        let asked = |section: &str| sections.split(',').any(|part| part == "*" || part.trim_end_matches("_preview") == section);
        let mut view = json!({
            "object": "UserProfile", "provider": "LINKEDIN", "provider_id": id, "public_identifier": public,
            "first_name": person.first_name, "last_name": person.last_name, "headline": person.headline, "location": person.location,
            "websites": [], "profile_picture_url": format!("https://media.example.invalid/p/{public}.jpg"),
            "public_profile_url": format!("https://www.linkedin.com/in/{public}"), "member_urn": member_number(key),
            "is_open_profile": person.is_open, "is_premium": person.is_premium || person.is_open,
            "can_send_inmail": person.is_open || account.credits("classic").is_some(), "is_relationship": is_relation,
            "is_self": account.key == key, "network_distance": if is_relation { "FIRST_DEGREE" } else { "SECOND_DEGREE" },
            "follower_count": 520, "connections_count": 480, "shared_connections_count": 4,
        });
        let Some(object) = view.as_object_mut() else { return view };
        if let Some(invitation) = state.invitation(account_id, key) {
            let status = match invitation.end {
                Ending::Pending => Some("PENDING"),
                Ending::Withdrawn(_) => Some("WITHDRAWN"),
                Ending::Accepted(_) => None,
            };
            if let Some(status) = status {
                object.insert("invitation".to_owned(), json!({"type": "SENT", "status": status}));
            }
        }
        if asked("skills") {
            object.insert("skills".to_owned(), skills(state, account_id, &person, is_relation));
        }
        if asked("about") {
            object.insert("summary".to_owned(), json!(format!("{}. {}.", person.headline, person.location)));
        }
        if asked("experience") {
            let work = json!([{"company": person.company, "position": person.headline, "location": person.location, "skills": [], "start": "1/3/2021", "end": null}]);
            object.insert("work_experience".to_owned(), work);
        }
        view
    }
}

/// The `UserRelation` object.
fn relation_view(state: &State, relation: &Relation) -> Value {
    let person = state.directory.person(&relation.person);
    let id = identity::provider_id(Channel::Linkedin, &relation.person);
    let public = identity::public_identifier(Channel::Linkedin, &relation.person);
    json!({
        "object": "UserRelation", "first_name": person.first_name, "last_name": person.last_name, "headline": person.headline,
        "public_identifier": public, "public_profile_url": format!("https://www.linkedin.com/in/{public}/"),
        "created_at": relation.since.0, "member_id": id, "member_urn": format!("urn:li:fsd_profile:{id}"),
        "connection_urn": format!("urn:li:fsd_connection:{id}"),
        "profile_picture_url": format!("https://media.example.invalid/p/{public}.jpg"),
    })
}
