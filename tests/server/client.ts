// Drives a running engine by a client that is made from its document: the compiler refuses what the document does not say.
// Usage: node client.js BASE TOKEN
import createClient from 'openapi-fetch';
import type { paths } from './api.js';
// All of Node that is needed.
declare const process: { argv: string[] };

const [base, token] = process.argv.slice(2) as [string, string];
const engine = createClient<paths>({ baseUrl: base, headers: { Authorization: `Bearer ${token}` } });
const checked = (claim: boolean, what: string) => {
  if (!claim) throw new Error(what);
};

const status = await engine.GET('/api/v1/status');
const campaign = status.data!.campaigns[0]!;
const { name, contacts: { total } } = campaign;
const page = await engine.GET('/api/v1/contacts', { params: { query: { campaign: name, limit: 500 } } });
checked(page.data!.contacts.length === total && page.data!.next === null, 'a page holds everybody');

const { id, contact } = page.data!.contacts[0]!;
const one = await engine.GET('/api/v1/contacts/{id}', { params: { path: { id: String(id) } } });
checked(one.data!.contact.contact === contact && one.data!.why?.campaign === name, 'a contact is the one of the page');
const story = await engine.GET('/api/v1/contacts/{id}/timeline', { params: { path: { id: String(id) } } });
checked(story.data!.lines.every((line) => line.contact === contact), 'a timeline is theirs');

const paused = await engine.POST('/api/v1/campaigns/{name}/{verb}', { params: { path: { name, verb: 'pause' }, header: { 'Idempotency-Key': 'once' } } });
checked(paused.data!.schema === 'engine.done/1', 'an order is carried out');
const again = await engine.GET('/api/v1/status', { params: { query: { campaign: name } } });
checked(again.data!.campaigns[0]!.paused, 'and seen');

const nobody = await engine.POST('/api/v1/events', { body: { name: 'booked', contact: 'nobody of this name' } });
checked(nobody.error!.status === 404 && nobody.error!.detail.includes('nobody of this name'), 'a problem says what is wrong');
// @ts-expect-error: the document knows no such verb.
const wrong = await engine.POST('/api/v1/contacts/{id}/{verb}', { params: { path: { id: String(id), verb: 'forget' } } });
checked(wrong.error!.status === 404, 'and the engine refuses it');
console.log('done');
