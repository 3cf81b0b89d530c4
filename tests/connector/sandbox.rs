//! The connector against the sandbox, both directions: what is sent is seen, what is seen is told.

use campaign_engine::cli::sandbox::{SandboxOptions, run};
use campaign_engine::connector::contract::{Act, Attachment, Connector, Incoming, Order, Performed, Refusal, Verdict};
use campaign_engine::connector::postpress::client::{Postpress, Settings};
use campaign_engine::connector::postpress::webhook::read;
use campaign_engine::connector::postpress::webhooks::{Plan, set_up};
use campaign_engine::model::account::{Channel, InmailApi};
use campaign_engine::model::enrollment::Relation;
use campaign_engine::model::id::ProviderId;
use campaign_engine::runtime::clock::wall_now;
use campaign_engine::runtime::inlet::{Accepted, Inlet};
use campaign_engine::server::secrets::Secrets;
use campaign_engine::server::webhooks::serve;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

const LINKEDIN: &str = "acc_linkedin_1";

/// Starts a sandbox that ends with the test's runtime.
async fn sandbox() -> String {
    let options = SandboxOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        people: None,
        speed: 1,
        seed: 1,
        ledger: None,
        faults: None,
        key: "sandbox".to_owned(),
    };
    let (tell, told) = oneshot::channel();
    tokio::spawn(run(options, std::future::pending(), move |at| tell.send(at).unwrap()));
    format!("http://{}/v1", told.await.unwrap())
}

fn client(url: &str, key: &str) -> Postpress {
    Postpress::new(Settings::new(url, key.into(), Arc::new(wall_now))).unwrap()
}

async fn far() -> Postpress {
    client(&sandbox().await, "sandbox")
}

async fn perform(far: &Postpress, act: Act) -> Result<Performed, Refusal> {
    far.perform(Order { account: LINKEDIN.into(), act, idempotency_key: uuid::Uuid::new_v4().to_string() }).await
}

async fn id_of(far: &Postpress, slug: &str) -> ProviderId {
    far.profile(LINKEDIN.into(), slug.to_owned()).await.unwrap().person
}

fn text(words: &str) -> (String, Vec<Attachment>) {
    (words.to_owned(), Vec::new())
}

#[tokio::test]
async fn accounts_profiles_and_credits() {
    let far = far().await;
    let accounts = far.accounts(None).await.unwrap().items;
    assert_eq!(accounts.len(), 6);
    assert!(accounts.iter().all(|row| row.status.is_ok() && row.channel.is_some()));
    let row = far.account(LINKEDIN.into()).await.unwrap();
    let own = far.own_profile(LINKEDIN.into()).await.unwrap();
    assert_eq!((row.channel, row.own_id.clone()), (Some(Channel::Linkedin), own.provider_id), "one and the same id");
    assert!(far.inmail_balance(LINKEDIN.into(), InmailApi::SalesNavigator).await.unwrap().is_some());
    assert_eq!(far.inmail_balance(LINKEDIN.into(), InmailApi::Recruiter).await.unwrap(), None);
    let by_slug = far.profile(LINKEDIN.into(), "person-001".to_owned()).await.unwrap();
    let link = "https://www.linkedin.com/in/person-001/?trk=x".to_owned();
    assert_eq!(far.profile(LINKEDIN.into(), link).await.unwrap(), by_slug);
    assert_eq!(far.profile(LINKEDIN.into(), by_slug.person.to_string()).await.unwrap(), by_slug);
    assert_eq!(by_slug.relation, Some(Relation::Yes));
    let open = far.profile(LINKEDIN.into(), "person-011".to_owned()).await.unwrap();
    assert_eq!((open.relation, open.is_open), (Some(Relation::None), Some(true)));
    let relations = far.relations(LINKEDIN.into(), None).await.unwrap();
    assert!(relations.items.iter().any(|row| row.person == by_slug.person && row.since.is_some()));
    assert!(far.clock_ahead_ms().unwrap().abs() < 60_000);
}

#[tokio::test]
async fn an_invitation_stands_in_the_list_until_it_is_withdrawn() {
    let far = far().await;
    let person = id_of(&far, "person-020").await;
    let invite = || Act::Invite { person: person.clone(), note: Some("Hello".to_owned()) };
    let invitation = perform(&far, invite()).await.unwrap().remote.unwrap();
    let listed = far.invitations(LINKEDIN.into(), None).await.unwrap().items;
    assert!(listed.iter().any(|row| row.id == invitation && row.person.as_ref() == Some(&person) && row.at.is_some()));
    let profile = far.profile(LINKEDIN.into(), person.to_string()).await.unwrap();
    assert_eq!(profile.relation, Some(Relation::Pending));
    let again = perform(&far, invite()).await.unwrap_err();
    assert!(matches!(again.verdict, Verdict::Already | Verdict::CoolDown { .. }), "{again:?}");
    let withdraw = || Act::Withdraw { invitation: invitation.clone() };
    assert_eq!(perform(&far, withdraw()).await.unwrap(), Performed::default());
    assert_eq!(perform(&far, withdraw()).await.unwrap_err().verdict, Verdict::Already);
    assert!(far.invitations(LINKEDIN.into(), None).await.unwrap().items.is_empty());
    let slug = Act::Invite { person: "person-021".into(), note: None };
    assert_eq!(perform(&far, slug).await.unwrap_err().verdict, Verdict::Never, "a slug is no provider id");
}

#[tokio::test]
async fn messages_stand_in_their_chat() {
    let far = far().await;
    let (friend, stranger) = (id_of(&far, "person-001").await, id_of(&far, "person-030").await);
    assert!(far.chats_with(LINKEDIN.into(), stranger.clone(), None).await.unwrap().items.is_empty());
    let (hello, attachments) = text("Hi there 👋");
    let started = perform(&far, Act::StartChat { person: friend.clone(), text: hello.clone(), attachments }).await.unwrap();
    let chat = match started.chat {
        Some(chat) => chat,
        None => far.chats_with(LINKEDIN.into(), friend.clone(), None).await.unwrap().items.remove(0).id,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pdf");
    std::fs::write(&path, b"%PDF-1.4").unwrap();
    let attachments =
        vec![Attachment { root: path.parent().unwrap().to_path_buf(), path, name: "x.pdf".to_owned(), is_voice: false }];
    let second = perform(&far, Act::Message { chat: chat.clone(), text: "and this".to_owned(), attachments }).await.unwrap();
    let listed = far.messages(LINKEDIN.into(), chat.clone(), None).await.unwrap().items;
    let own: Vec<_> =
        listed.iter().filter(|row| row.is_own).map(|row| (Some(row.id.clone()), row.text.clone().unwrap())).collect();
    // Two of the same millisecond have no order.
    assert!(listed.windows(2).all(|pair| pair[0].at >= pair[1].at), "newest first");
    assert!(own.contains(&(second.remote, "and this".to_owned())));
    assert!(own.contains(&(started.remote, hello)));
    let chats = far.chats_with(LINKEDIN.into(), friend, None).await.unwrap().items;
    assert!(chats.iter().any(|row| row.id == chat && row.is_single));
    let (hello, attachments) = text("Hi");
    let refused =
        perform(&far, Act::StartChat { person: stranger.clone(), text: hello.clone(), attachments: attachments.clone() }).await;
    let refused = refused.unwrap_err();
    assert_eq!((refused.verdict, refused.code.as_str()), (Verdict::Never, "no_connection_with_recipient"));
    let inmail = Act::Inmail {
        person: stranger,
        subject: Some("Lanes".to_owned()),
        text: hello,
        api: InmailApi::SalesNavigator,
        attachments,
    };
    assert!(perform(&far, inmail).await.unwrap().remote.is_some());
}

#[tokio::test]
async fn a_wrong_key_is_a_wrong_key_everywhere() {
    let url = sandbox().await;
    let far = client(&url, "other");
    assert_eq!(far.accounts(None).await.unwrap_err().verdict, Verdict::KeyWrong);
    assert_eq!(far.webhooks(None).await.unwrap_err().verdict, Verdict::KeyWrong);
    let invite = Act::Invite { person: "ACoAAA".into(), note: None };
    assert_eq!(perform(&far, invite).await.unwrap_err().verdict, Verdict::KeyWrong);
}

/// Hands every body on.
struct Passing(UnboundedSender<Vec<u8>>);

impl Inlet for Passing {
    fn accept(&self, body: &[u8], done: Box<dyn FnOnce(Accepted) + Send>) {
        done(self.0.send(body.to_vec()).map_or_else(|fault| Accepted::Failed(fault.to_string()), |()| Accepted::Durable));
    }
}

async fn receiver(secret: &str) -> (String, UnboundedReceiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks/postpress", listener.local_addr().unwrap());
    let (pass, passed) = unbounded_channel();
    let secrets = Secrets::parse(&secret.into()).unwrap();
    tokio::spawn(serve(listener, Arc::new(Passing(pass)), secrets, std::future::pending()));
    (url, passed)
}

#[tokio::test]
async fn what_is_sent_comes_back_as_an_own_message_with_the_same_id() {
    let far = far().await;
    let (url, mut passed) = receiver("s3cret").await;
    set_up(&far, &Plan { url, secret: "s3cret".into(), is_rotation: false }).await.unwrap();
    let friend = id_of(&far, "person-002").await;
    let (hello, attachments) = text("Hi there");
    let started = perform(&far, Act::StartChat { person: friend.clone(), text: hello, attachments }).await.unwrap();
    loop {
        let body = passed.recv().await.unwrap();
        let webhook = read(&body).unwrap();
        assert!(!matches!(webhook.incoming, Incoming::Unknown { .. }), "{}", String::from_utf8_lossy(&body));
        if let Incoming::Message(message) = webhook.incoming {
            assert_eq!((Some(message.id), message.is_own), (started.remote, Some(true)));
            assert_eq!(message.talk.account.as_str(), LINKEDIN);
            assert_eq!(message.talk.counterparts.iter().map(|party| &party.id).collect::<Vec<_>>(), [&friend]);
            assert!(webhook.dedup.is_some());
            break;
        }
    }
}

#[tokio::test]
async fn engagements_leave_their_traces() {
    let far = far().await;
    let (friend, other) = (id_of(&far, "person-003").await, id_of(&far, "person-004").await);
    assert_eq!(perform(&far, Act::Visit { person: friend.clone() }).await.unwrap(), Performed::default());
    assert_eq!(perform(&far, Act::Follow { person: friend.clone() }).await.unwrap(), Performed::default());
    let latest = async || far.posts(LINKEDIN.into(), friend.clone()).await.unwrap().remove(0);
    let post = latest().await;
    assert!(!post.is_reacted && post.may_comment);
    perform(&far, Act::LikePost { post: post.id.clone() }).await.unwrap();
    assert!(latest().await.is_reacted);
    assert_eq!(perform(&far, Act::LikePost { post: post.id.clone() }).await.unwrap_err().verdict, Verdict::Already);
    let long = Act::CommentPost { post: post.id.clone(), text: "x".repeat(1_251) };
    assert_eq!(perform(&far, long).await.unwrap_err().code, "too_many_characters");
    assert!(perform(&far, Act::CommentPost { post: post.id, text: "Well said".to_owned() }).await.unwrap().remote.is_some());
    let skill = far.skills(LINKEDIN.into(), friend.clone()).await.unwrap().remove(0);
    assert!(!skill.is_endorsed);
    perform(&far, Act::Endorse { person: friend.clone(), skill: skill.id.unwrap() }).await.unwrap();
    assert!(far.skills(LINKEDIN.into(), friend.clone()).await.unwrap().remove(0).is_endorsed);
    let stranger = id_of(&far, "person-030").await;
    let of_stranger = far.skills(LINKEDIN.into(), stranger.clone()).await.unwrap();
    assert!(of_stranger.iter().all(|skill| skill.id.is_none()), "only relations are endorsed");
    let people = vec![friend.clone(), other];
    let (text, attachments) = text("Hello both");
    let group = Act::Group { people, subject: "Cloud bills".to_owned(), text: text.clone(), attachments };
    let started = perform(&far, group).await.unwrap();
    let chats = far.chats_with(LINKEDIN.into(), friend.clone(), None).await.unwrap().items;
    assert!(chats.iter().any(|row| Some(&row.id) == started.chat.as_ref() && !row.is_single));
    let react = Act::React { message: started.remote.clone().unwrap(), emoji: "👍".to_owned() };
    perform(&far, react).await.unwrap();
    let listed = far.messages(LINKEDIN.into(), started.chat.unwrap(), None).await.unwrap().items;
    assert_eq!(listed[0].own_reactions, ["👍"]);
    let with_stranger = Act::Group { people: vec![friend, stranger], subject: "x".to_owned(), text, attachments: Vec::new() };
    assert_eq!(perform(&far, with_stranger).await.unwrap_err().code, "no_connection_with_recipient");
}
