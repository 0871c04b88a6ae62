#!/usr/bin/env node
// tests/web/map_speed.mjs - how long from the click on "map" until the map is drawn, in a real browser, over a data folder.
//
//   ariane demo --workload visits --events 10000000 --out q.csv && ariane --data q import q.csv
//   node tests/web/map_speed.mjs --ariane build/release/ariane --data q [--times 9]
//
// Told is the median of the times from the click until the picture stands (query, answer, layout, drawing; the times in the table below follow); each time
// with another limit of the period, so that no answer is a kept one; the very first, right after the page was loaded, is told apart.  And of the times from asking for the first page, with
// nothing kept by the browser, until it answers the keyboard (the palette opens).  Goals: 300 ms and 1 s.
import { spawn, spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { lineOf, openBrowser, PASSWORD, USER } from "./house.mjs";

const { values: asked } = parseArgs({
  options: { ariane: { type: "string", default: "build/release/ariane" }, data: { type: "string" }, times: { type: "string", default: "9" } },
});

spawnSync(asked.ariane, ["--data", asked.data, "user", "create", USER, "--role", "analyst", "--stdin"], { input: PASSWORD });
const server = spawn(asked.ariane, ["--data", asked.data, "serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
const url = await lineOf(server, /http:\/\/127\.0\.0\.1:\d+/);
const browser = await openBrowser();
const page = await (await browser.newContext({ baseURL: url, locale: "fr-FR", viewport: { width: 1440, height: 900 } })).newPage();
await page.goto("/");
await page.fill("input[name=name]", USER);
await page.fill("input[name=password]", PASSWORD);
await page.keyboard.press("Enter");
await page.waitForSelector("#main h1");

const drawn = () =>
  page.evaluate(() => new Promise((resolve) => {
    const link = document.querySelector('.tabs a[href^="/journeys/map"]');
    const begun = performance.now();
    link.click();
    const answered = () => Math.max(0, ...performance.getEntriesByType("resource").filter((one) => /journey\/map/.test(one.name) && one.startTime >= begun).slice(0, 1).map((one) => one.responseEnd - begun));
    const look = () => (document.querySelector(".river .station") && !document.querySelector(".shown[aria-busy=true]") ? resolve({ drawn: performance.now() - begun, answered: answered() }) : requestAnimationFrame(look));
    requestAnimationFrame(look);
  }));

/** As a person goes about in it: the application stays open, its pages change. */
const goTo = (address) => page.evaluate((to) => { history.pushState(null, "", to); dispatchEvent(new PopStateEvent("popstate")); }, address);
const variants = () => page.waitForFunction(() => document.querySelector(".variants") && !document.querySelector(".waiting, [aria-busy=true]"));

const times = [];
await page.goto("/journeys/variants?view=all&since=2000-01-01");
await variants();
const first = await drawn(); // the layout's program may still be on its way
for (let i = 1; i <= Number(asked.times); i++) {
  await goTo(`/journeys/variants?view=all&since=2000-01-01T${String(i % 24).padStart(2, "0")}:00:00`);
  await variants();
  times.push(await drawn());
}
const middle = (key) => times.map((one) => one[key]).sort((a, b) => a - b)[times.length >> 1].toFixed(0);
times.sort((a, b) => a.drawn - b.drawn);
console.log(`${times.length} times, median ${middle("drawn")} ms (the answer there after ${middle("answered")}), from ${times[0].drawn.toFixed(0)} to ${times.at(-1).drawn.toFixed(0)} ms; ` +
  `the very first ${first.drawn.toFixed(0)} ms (${first.answered.toFixed(0)})`);
const kept = await page.context().storageState();
const usable = [];
for (let i = 0; i < Number(asked.times); i++) {
  const fresh = await browser.newContext({ baseURL: url, locale: "fr-FR", viewport: { width: 1440, height: 900 }, storageState: kept });
  const opened = await fresh.newPage();
  await opened.goto("/data", { waitUntil: "commit" });
  await opened.waitForSelector("#main h1");
  await opened.keyboard.press("Control+k");
  await opened.waitForSelector(".palette");
  usable.push(await opened.evaluate(() => performance.now()));
  await fresh.close();
}
usable.sort((a, b) => a - b);
console.log(`first page usable: median ${usable[usable.length >> 1].toFixed(0)} ms, from ${usable[0].toFixed(0)} to ${usable.at(-1).toFixed(0)} ms`);
await browser.close();
server.kill("SIGTERM");
