// Drives the sandbox with the public Node SDK, unchanged, its response validation on and strict.
// Usage: node sdk.mjs BASE_URL KEY, where `unipile-node-sdk` can be required from the working directory.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [base, key] = process.argv.slice(2);
const { UnipileClient, UnsuccessfulRequestError } = createRequire(`${process.cwd()}/`)('unipile-node-sdk');
const client = new UnipileClient(base, key, { validateRequestPayload: true, validateRequestPayloadLevel: 'error' });
const linkedin = 'acc_linkedin_1';

/** Runs one step and names it when it fails. */
async function step(name, run) {
  try {
    const value = await run();
    console.log(`ok ${name}`);
    return value;
  } catch (fault) {
    const shown = fault.body?.First?.() ?? fault.errors?.First?.() ?? fault.body ?? fault;
    console.log(`FAILED ${name}: ${fault.name ?? ''} ${JSON.stringify(shown, null, 1)}`);
    throw fault;
  }
}

const accounts = await step('accounts', () => client.account.getAll());
assert.equal(accounts.items.length, 6);
for (const { id } of accounts.items) await step(`account ${id}`, () => client.account.getOne(id));
await step('accounts, paged', () => client.account.getAll({ limit: 2 }).then(({ cursor }) => client.account.getAll({ cursor })));
for (const id of [linkedin, 'acc_linkedin_2', 'acc_telegram_1']) await step(`own profile ${id}`, () => client.users.getOwnProfile(id));
await step('resync', () => client.account.resyncLinkedinAccount({ account_id: linkedin }));
const link = { type: 'create', expiresOn: '2030-01-01T00:00:00.000Z', api_url: base, providers: '*' };
await step('hosted link', () => client.account.createHostedAuthLink(link));

const friend = await step('profile', () => client.users.getProfile({ account_id: linkedin, identifier: 'person-001', linkedin_sections: '*' }));
const stranger = await step('profile of a stranger', () => client.users.getProfile({ account_id: linkedin, identifier: 'person-020' }));
await step('profile on WhatsApp', () => client.users.getProfile({ account_id: 'acc_whatsapp_1', identifier: '447700900123@s.whatsapp.net' }));
await step('profile on Instagram', () => client.users.getProfile({ account_id: 'acc_instagram_1', identifier: 'ada.ig' }));
await step('profile on Telegram', () => client.users.getProfile({ account_id: 'acc_telegram_1', identifier: 'ada_tg' }));
const sales = { account_id: linkedin, identifier: 'person-001', linkedin_api: 'sales_navigator' };
await step('profile by Sales Navigator', () => client.users.getProfile(sales));
const relations = await step('relations', () => client.users.getAllRelations({ account_id: linkedin, limit: 4 }));
assert.equal(relations.items.length, 4);
await step('relations, paged', () => client.users.getAllRelations({ account_id: linkedin, cursor: relations.cursor }));

const started = await step('start a chat', () =>
  client.messaging.startNewChat({
    account_id: linkedin,
    attendees_ids: [friend.provider_id],
    text: 'Hello from the SDK',
    attachments: [['lanes.txt', Buffer.from('lanes')]],
  }),
);
const inmail = await step('InMail', () =>
  client.messaging.startNewChat({
    account_id: linkedin,
    attendees_ids: [stranger.provider_id],
    text: 'An InMail',
    subject: 'Lanes',
    options: { linkedin: { api: 'classic', inmail: true } },
  }),
);
await step('start a chat on WhatsApp', () =>
  client.messaging.startNewChat({ account_id: 'acc_whatsapp_1', attendees_ids: ['447700900123@s.whatsapp.net'], text: 'Hi' }),
);
const sent = await step('send', () => client.messaging.sendMessage({ chat_id: started.chat_id, text: 'And again' }));
const chats = await step('chats', () => client.messaging.getAllChats({ limit: 1 }));
await step('chats, paged', () => client.messaging.getAllChats({ cursor: chats.cursor }));
await step('all chats', () => client.messaging.getAllChats());
await step('chat', () => client.messaging.getChat(started.chat_id));
await step('chat of an InMail', () => client.messaging.getChat(inmail.chat_id));
const messages = await step('messages of a chat', () => client.messaging.getAllMessagesFromChat({ chat_id: started.chat_id }));
assert.deepEqual(messages.items.map(({ text }) => text), ['And again', 'Hello from the SDK']);
assert.equal(messages.items[0].id, sent.message_id);
await step('all messages', () => client.messaging.getAllMessages({ limit: 2 }).then(({ cursor }) => client.messaging.getAllMessages({ cursor })));
const message = await step('message', () => client.messaging.getMessage(started.message_id));
const file = { message_id: message.id, attachment_id: message.attachments[0].id };
const blob = await step('attachment', () => client.messaging.getMessageAttachment(file));
assert.equal(await blob.text(), 'lanes');
const attendees = await step('attendees', () => client.messaging.getAllAttendees({ account_id: linkedin }));
await step('attendee', () => client.messaging.getAttendee(attendees.items[0].id));
await step('attendees of a chat', () => client.messaging.getAllAttendeesFromChat(started.chat_id));
await step('chats of an attendee', () => client.messaging.getAllChatsFromAttendee({ attendee_id: friend.provider_id }));
await step('messages of an attendee', () => client.messaging.getAllMessagesFromAttendee({ attendee_id: attendees.items[0].id }));
await step('mark as read', () => client.messaging.setChatStatus({ chat_id: started.chat_id, action: 'setReadStatus', value: true }));

const invitation = await step('invite', () =>
  client.users.sendInvitation({ account_id: linkedin, provider_id: stranger.provider_id, message: 'Hello' }),
);
const pending = await step('invitations sent', () => client.users.getAllInvitationsSent({ account_id: linkedin }));
assert.deepEqual(pending.items.map(({ id }) => id), [invitation.invitation_id]);
await step('cancel', () => client.users.cancelInvitationSent({ account_id: linkedin, invitation_id: invitation.invitation_id }));

const posts = await step('posts', () => client.users.getAllPosts({ account_id: linkedin, identifier: friend.provider_id }));
const post_id = posts.items[0].social_id;
await step('post', () => client.users.getPost({ account_id: linkedin, post_id }));
await step('react', () => client.users.sendPostReaction({ account_id: linkedin, post_id, reaction_type: 'like' }));
await step('comment', () => client.users.sendPostComment({ account_id: linkedin, post_id, text: 'Nice' }));
await step('comments', () => client.users.getAllPostComments({ account_id: linkedin, post_id }));

const webhook = await step('create a webhook', () =>
  client.webhook.create({ source: 'messaging', request_url: 'http://127.0.0.1:9/hook', events: ['message_received'] }),
);
const webhooks = await step('webhooks', () => client.webhook.getAll());
assert.deepEqual(webhooks.items.map(({ id }) => id), [webhook.webhook_id]);
await step('delete a webhook', () => client.webhook.delete(webhook.webhook_id));

await step('a refusal', () =>
  assert.rejects(
    client.users.sendInvitation({ account_id: linkedin, provider_id: 'person-020' }),
    (fault) => fault instanceof UnsuccessfulRequestError && fault.body.type === 'errors/invalid_parameters' && fault.body.status === 400,
  ),
);
console.log('done');
