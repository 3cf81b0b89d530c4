// Works at the dashboard of a running engine in a real browser, with the keyboard alone, and says what it saw.
// Usage: node living.mjs CHROMIUM < VISIT, where VISIT is {base, token, engine, folder}
// and `playwright-core` and `axe-core` can be required from the working directory.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const visit = JSON.parse(readFileSync(0, 'utf8'));
const seen = { faults: [], dialogs: [], refused: [], barriers: [], done: [] };
const TRIES = 1200;

const engine = (...words) => execFileSync(visit.engine, words, { cwd: visit.folder, encoding: 'utf8' });
const lines = (...words) => engine(...words, '--json').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const pause = () => page.waitForTimeout(100);
const until = async (what, isSo) => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await isSo()) { seen.done.push(what); return; }
    await pause();
  }
  throw new Error(`it never came to this: ${what}`);
};

const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext();
await context.exposeBinding('tell', (_, what) => seen.refused.push(what));
await context.addInitScript(() => {
  addEventListener('securitypolicyviolation', (event) => globalThis.tell(`${location.pathname}: ${event.violatedDirective} ${event.sample}`));
});
const page = await context.newPage();
page.on('dialog', (dialog) => { seen.dialogs.push(dialog.message()); return dialog.dismiss(); });
page.on('pageerror', (fault) => seen.faults.push(`${page.url()}: ${fault.message}`));
page.on('console', (line) => { if (line.type() === 'error' && !line.text().includes('ERR_INCOMPLETE_CHUNKED_ENCODING')) seen.faults.push(`${page.url()}: ${line.text()}`); });

const judge = async () => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  seen.barriers.push(...violations.map((one) => `${page.url()}: ${one.impact} ${one.id}: ${one.help}`));
};
const key = (name) => page.keyboard.press(name);
const go = async (letter, path) => {
  await key('g');
  await Promise.all([page.waitForURL(`${visit.base}${path}`), key(letter)]);
};
// Tab by tab, as somebody without a mouse gets there.
const tabTo = async (what, isIt) => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    await key('Tab');
    if (await page.evaluate(isIt, what)) return;
  }
  throw new Error(`no tab leads to ${what} on ${page.url()}`);
};
const isNamed = (name) => document.activeElement.textContent.trim() === name;
const press = async (name) => {
  await tabTo(name, isNamed);
  await Promise.all([page.waitForNavigation(), key('Enter')]);
};
const first = async (path) => {
  await page.goto(visit.base + path);
  await until(`somebody stands on ${path}`, () => page.locator('[data-row]').count());
  await key('j');
  await Promise.all([page.waitForURL(/contacts\/\d+$/), key('Enter')]);
};

await page.goto(`${visit.base}/login?token=${visit.token}`);
await page.waitForURL(`${visit.base}/`);
await key('?');
await until('the keys are told', () => page.locator('#keys[open]').count());
await key('Escape');
await judge();

// What is folded open stays so, and nothing else opens, while lines come in above it.
await go('e', '/events');
await until('something happens', () => page.locator('tr[data-row]').count());
const newest = () => page.locator('tr[data-row]').first().textContent();
await tabTo('raw', isNamed);
await key('Enter');
const unfolded = await page.evaluate(() => document.querySelector('details[open]').dataset.key);
const before = await newest();
await until('lines come in', async () => (await newest()) !== before);
const open = await page.evaluate(() => [...document.querySelectorAll('details[open]')].map((one) => one.dataset.key));
if (JSON.stringify(open) !== JSON.stringify([unfolded])) seen.faults.push(`open are ${open}, not ${unfolded}`);

// Without a reload: what the page was told before is still known to it.
await go('i', '/inbox');
await page.evaluate(() => { globalThis.isSame = true; });
await until('a reply appears', () => page.locator('.thread.waits').count());
if (!(await page.evaluate(() => globalThis.isSame))) seen.faults.push('the inbox was loaded again');
await judge();

const words = 'Gladly. Shall we say Tuesday?';
await tabTo('Answer', (name) => document.activeElement.textContent.trim() === name && Boolean(document.activeElement.closest('.thread.waits')));
await key('Enter');
await tabTo('the text', () => document.activeElement.tagName === 'TEXTAREA');
await page.keyboard.type(words);
await press('Send');
const said = () => lines('inbox')[0].threads.flatMap((thread) => thread.lines).filter((line) => line.by === 'we' && line.text === words);
await until('the answer is sent once', () => said().length === 1);

const approved = () => lines('tasks', '--all').flatMap((told) => told.tasks ?? told).filter((task) => task.verdict === 'approved').length;
await go('o', '/');
await go('i', '/inbox');
await until('somebody is asked', () => page.locator('#tasks').count());
await press('Approve');
await until('the task is approved', () => approved() === 1);

const paused = () => lines('status', 'calls', '--where', 'paused').length;
await first('/contacts?campaign=calls&status=active');
await judge();
await press('Pause');
await until('they are paused', () => paused() === 1);
await press('Let them go on');
await until('they go on', () => paused() === 0);

await first('/contacts?status=parked');
await press('It was sent');
await until('what was parked is resolved', () => lines('status', '--where', 'parked').length === 0);

engine('pause', '--all');
const shown = () => page.evaluate(() => [...document.querySelectorAll('tr[data-row]')].map((row) => [row.querySelector('a').textContent, ...[...row.querySelectorAll('td')].slice(0, 3).map((cell) => cell.firstChild.textContent.trim())]));
const told = () => lines('status')[0].campaigns.map(({ name, contacts, sends }) => [name, contacts.total, contacts.total - contacts.ended, sends.invite + sends.message + sends.inmail].map(String));
await until('the page has the numbers of the command', async () => {
  const before = JSON.stringify(told());
  await page.goto(`${visit.base}/`);
  const now = JSON.stringify(await shown());
  return now !== '[]' && now === before && before === JSON.stringify(told());
});
await judge();

await browser.close();
console.log(JSON.stringify(seen));
