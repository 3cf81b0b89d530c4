// Takes pictures of pages, judges them, and says what is wrong with them.
// Usage: node picture.mjs CHROMIUM < {first, shots: [{url, to, width, height}]}; `first` is opened before all (it signs in), or null.
// `playwright-core` and `axe-core` can be required from the working directory.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const { first, shots } = JSON.parse(readFileSync(0, 'utf8'));
const faults = [];

const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext();
const page = await context.newPage();
if (first) {
  await page.goto(first);
  await page.waitForURL((url) => url.pathname === '/');
}
for (const { url, to, width, height } of shots) {
  await page.goto(url, { waitUntil: 'load' });
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    faults.push(...violations.map((one) => `${to} (${colorScheme}): ${one.id}: ${one.help} (${one.nodes.map((node) => node.target).slice(0, 3).join(', ')})`));
  }
  for (const wide of [360, width]) {
    await page.setViewportSize({ width: wide, height });
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (beyond > 0) faults.push(`${to}: ${beyond} pixels beyond a window of ${wide}`);
  }
  await page.screenshot({ path: to, animations: 'disabled' });
}
await browser.close();
console.log(JSON.stringify(faults));
