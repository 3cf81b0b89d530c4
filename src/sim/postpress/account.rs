//! Accounts of the pretend postpress, and how they are.

use crate::model::account::{Channel, Tier};
use crate::model::time::Timestamp;
use crate::sim::people::identity;
use crate::sim::postpress::call::Refusal;
use serde_json::{Value, json};

/// An account to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSeed {
    /// `account_id`
    pub id: String,
    pub channel: Channel,
    pub tier: Tier,
    /// Of its owner.
    pub name: String,
    /// InMail credits it starts with; none: as many as its tier has.
    pub credits: Option<i64>,
}

impl AccountSeed {
    /// With these four.
    pub fn new(id: &str, channel: Channel, tier: Tier, name: &str) -> Self {
        Self { id: id.to_owned(), channel, tier, name: name.to_owned(), credits: None }
    }

    /// The accounts of the default world (INTERFACE.md §1).
    pub fn default_world() -> Vec<Self> {
        vec![
            Self::new("acc_linkedin_1", Channel::Linkedin, Tier::SalesNavigator, "Nadia Farrow"),
            Self::new("acc_linkedin_2", Channel::Linkedin, Tier::Classic, "Jonas Petrov"),
            Self::new("acc_whatsapp_1", Channel::Whatsapp, Tier::Classic, "Nadia Farrow"),
            Self::new("acc_instagram_1", Channel::Instagram, Tier::Classic, "Nadia Farrow"),
            Self::new("acc_messenger_1", Channel::Messenger, Tier::Classic, "Nadia Farrow"),
            Self::new("acc_telegram_1", Channel::Telegram, Tier::Classic, "Nadia Farrow"),
        ]
    }
}

/// An account as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub seed: AccountSeed,
    /// Its own key, as if it were a person.
    pub key: String,
    /// The word of its messaging source: `OK`, `CREDENTIALS` …
    pub status: String,
    pub created_at: Timestamp,
}

impl Account {
    /// Healthy, created a year before `now`.
    pub fn new(seed: AccountSeed, now: Timestamp) -> Self {
        let key = match seed.channel {
            Channel::Whatsapp => {
                let digits = crate::model::id::draw(&[b"own number", seed.id.as_bytes()]) % 1_000_000_000;
                format!("336{digits:09}")
            }
            Channel::Linkedin | Channel::Instagram | Channel::Messenger | Channel::Telegram => format!("own.{}", seed.id),
        };
        Self { seed, key, status: "OK".to_owned(), created_at: now.plus_ms(-365 * crate::model::time::DAY_MS) }
    }

    /// `LINKEDIN`
    pub fn kind(&self) -> String {
        self.seed.channel.word().to_uppercase()
    }

    /// The id its own sends carry.
    pub fn own_id(&self) -> String {
        identity::provider_id(self.seed.channel, &self.key)
    }

    /// The name of its owner, in two halves.
    pub fn names(&self) -> (&str, &str) {
        self.seed.name.split_once(' ').unwrap_or((&self.seed.name, ""))
    }

    /// Sending is refused while it is signed out (POSTPRESS.md §7.6).
    pub fn usable(&self) -> Result<(), Refusal> {
        if self.status == "OK" {
            return Ok(());
        }
        Err(Refusal::new(401, "disconnected_account", "the connected account is signed out at the provider"))
    }

    /// InMail credits it starts with, by api: none is not subscribed.
    pub fn credits(&self, api: &str) -> Option<i64> {
        if self.seed.channel != Channel::Linkedin {
            return None;
        }
        if let Some(credits) = self.seed.credits {
            return (api == "classic" || api == self.seed.tier.inmail_api().word()).then_some(credits);
        }
        match (api, self.seed.tier) {
            ("classic", Tier::Premium | Tier::SalesNavigator | Tier::Recruiter) => Some(15),
            ("sales_navigator", Tier::SalesNavigator) => Some(150),
            ("recruiter", Tier::Recruiter) => Some(450),
            _ => None,
        }
    }

    /// The `Account` object.
    pub fn view(&self) -> Value {
        json!({
            "object": "Account", "type": self.kind(), "id": self.seed.id, "name": self.seed.name,
            "created_at": self.created_at.iso_ms(), "connection_params": {"im": self.connection()}, "groups": [],
            "sources": [{"id": format!("{}_MESSAGING", self.seed.id), "status": self.status}],
        })
    }

    fn connection(&self) -> Value {
        let id = self.own_id();
        match self.seed.channel {
            Channel::Linkedin => {
                let premium = self.seed.tier != Tier::Classic;
                let features: &[&str] = match self.seed.tier {
                    Tier::Classic => &[],
                    Tier::Premium => &["premium"],
                    Tier::SalesNavigator => &["premium", "sales_navigator"],
                    Tier::Recruiter => &["premium", "recruiter"],
                };
                json!({
                    "id": id, "publicIdentifier": self.key, "username": self.seed.name,
                    "premiumId": premium.then(|| format!("prem-{}", self.seed.id)),
                    "premiumContractId": premium.then(|| format!("contract-{}", self.seed.id)),
                    "premiumFeatures": features, "organizations": [],
                })
            }
            Channel::Whatsapp => json!({"phone_number": self.key}),
            Channel::Instagram | Channel::Messenger => json!({"id": id, "username": self.key}),
            Channel::Telegram => json!({"user_id": id, "username": self.key}),
        }
    }

    /// The `AccountOwnerProfile` object.
    pub fn owner_profile(&self) -> Value {
        let (first, last) = self.names();
        let id = self.own_id();
        let seat = |tier: Tier| {
            (self.seed.tier == tier).then(|| json!({"owner_seat_id": format!("seat-{}", self.seed.id), "contract_id": format!("contract-{}", self.seed.id)}))
        };
        match self.seed.channel {
            Channel::Linkedin => json!({
                "object": "AccountOwnerProfile", "provider": "LINKEDIN", "provider_id": id,
                "entity_urn": format!("urn:li:fsd_profile:{id}"), "object_urn": "urn:li:member:801224417",
                "first_name": first, "last_name": last, "profile_picture_url": null, "public_identifier": self.key,
                "public_profile_url": format!("https://www.linkedin.com/in/{}", self.key),
                "headline": "Partnerships at Kestrel Freight", "location": "Lyon, France",
                "email": format!("{}@example.invalid", self.key), "premium": self.seed.tier != Tier::Classic, "open_profile": false,
                "occupation": "Partnerships at Kestrel Freight", "organizations": [],
                "recruiter": seat(Tier::Recruiter), "sales_navigator": seat(Tier::SalesNavigator),
            }),
            Channel::Whatsapp | Channel::Instagram | Channel::Messenger | Channel::Telegram => json!({
                "object": "AccountOwnerProfile", "provider": self.kind(), "provider_id": id, "id": id,
                "public_identifier": identity::public_identifier(self.seed.channel, &self.key), "username": self.key,
                "first_name": first, "last_name": last, "full_name": self.seed.name,
                "profile_picture_url": format!("https://media.example.invalid/p/{}.jpg", self.key),
                "phone_number": (self.seed.channel == Channel::Whatsapp).then_some(&self.key),
            }),
        }
    }
}
