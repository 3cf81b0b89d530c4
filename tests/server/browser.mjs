// Opens every page of the dashboard in a real browser, signed in, and says what it saw.
// Usage: node browser.mjs CHROMIUM < VISIT, where VISIT is {base, token, pages: [{path, shows}], judged: [path], orders: [path],
// pictures: a folder, or null}
// and `playwright-core` and `axe-core` can be required from the working directory.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const visit = JSON.parse(readFileSync(0, 'utf8'));
const seen = { ran: [], dialogs: [], refused: [], elsewhere: [], faults: [], missing: [], barriers: [], orders: [] };

const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext();
await context.exposeBinding('tell', (_, list, what) => seen[list].push(what));
// Before any script of a page: what a payload would call, and what the browser refused.
await context.addInitScript(() => {
  globalThis.pwn = (what) => globalThis.tell('ran', `${location.pathname}: ${what}`);
  addEventListener('securitypolicyviolation', (event) => globalThis.tell('refused', `${location.pathname}: ${event.violatedDirective} ${event.sample}`));
});
const page = await context.newPage();
page.on('dialog', (dialog) => { seen.dialogs.push(dialog.message()); return dialog.dismiss(); });
page.on('pageerror', (fault) => seen.faults.push(`${page.url()}: ${fault.message}`));
page.on('console', (line) => { if (line.type() === 'error' && !line.text().includes('status of 4')) seen.faults.push(`${page.url()}: ${line.text()}`); });
page.on('request', (request) => { if (!request.url().startsWith(visit.base) && !request.url().startsWith('data:')) seen.elsewhere.push(request.url()); });

const flat = (text) => text.replace(/\s+/g, ' ').trim();
await page.goto(`${visit.base}/login?token=${visit.token}`);
// The page that takes the token leads on by itself.
await page.waitForURL(`${visit.base}/`);
for (const { path, shows } of visit.pages) {
  // The stream of events never ends: the document is what is waited for.
  const answer = await page.goto(visit.base + path, { waitUntil: 'load' });
  if (!answer.ok()) seen.faults.push(`${path}: ${answer.status()}`);
  const text = flat(await page.evaluate(() => document.body.innerText));
  seen.missing.push(...shows.filter((what) => !text.includes(flat(what))).map((what) => `${path}: ${what}`));
  if (visit.judged.includes(path) && answer.headers()['content-type'].includes('text/html')) {
    await page.evaluate(axe);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
      seen.barriers.push(...violations.map((one) => `${path} (${colorScheme}): ${one.impact} ${one.id}: ${one.help} (${one.nodes.map((node) => node.target).slice(0, 3).join(', ')})`));
      const name = path.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'overview';
      if (visit.pictures) await page.screenshot({ path: `${visit.pictures}/${name}-${colorScheme}.png`, fullPage: true });
      // As wide as a small telephone: what is wider scrolls within its own frame, never the page.
      const wide = page.viewportSize();
      await page.setViewportSize({ width: 360, height: 740 });
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (beyond > 0) seen.barriers.push(`${path}: ${beyond} pixels beyond a telephone`);
      if (visit.pictures && colorScheme === 'light') await page.screenshot({ path: `${visit.pictures}/${name}-narrow.png`, fullPage: true });
      await page.setViewportSize(wide);
    }
  }
}

// A page of somebody else, opened beside ours: it posts what it likes, with our cookie if the browser lends it.
const foreign = createServer((request, response) => {
  const action = new URL(request.url, 'http://foreign').searchParams.get('to');
  response.setHeader('content-type', 'text/html').end(`<form method="post" action="${action}"></form><script>document.forms[0].submit()</script>`);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => foreign.once('listening', resolve));
await page.close();
for (const path of visit.orders) {
  const beside = await context.newPage();
  const order = beside.waitForResponse((response) => response.request().method() === 'POST');
  await beside.goto(`http://127.0.0.1:${foreign.address().port}/?to=${encodeURIComponent(visit.base + path)}`, { waitUntil: 'commit' });
  seen.orders.push((await order).status());
  await beside.close();
}
foreign.close();
foreign.closeAllConnections();
await browser.close();
console.log(JSON.stringify(seen));
