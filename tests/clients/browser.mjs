// Segment's browser SDK, Ariane's own tag, a beacon and a pixel in a real Chromium, on a page of
// another origin: browser.mjs URL KEY PROFILE-FOLDER
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const [url, key, profile] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const sdk = readFileSync(join(dirname(require.resolve("@segment/analytics-next/package.json")), "dist/umd/index.js"));

const page = (body) => `<!doctype html><meta charset="utf-8"><title>Boutique</title>${body}`;
const pages = {
  "/sdk.js": sdk,
  "/segment": page(`<script src="/sdk.js"></script>`),
  "/tag": page(`<h1>Offres</h1><button id="buy">Acheter</button><a id="link" href="#plus">Plus</a>
    <form id="form"><input name="email" value="secret@example.org"><input type="password" name="password" value="hush">
    <button id="send" type="submit">Envoyer</button></form>
    <script>document.getElementById("form").addEventListener("submit", (e) => e.preventDefault())</script>
    <script src="${url}/tag.js" data-key="${key}" data-consent="given" async></script>`),
  "/asked": page(`<button id="buy">Peut-\u00eatre</button><script src="${url}/tag.js" data-key="${key}" async></script>`),
  "/plain": page(`<img src="${url}/v1/pixel/page?writeKey=${key}&anonymousId=pixel-1&name=Mail" alt="">`),
};
const shop = createServer((request, answer) => {
  const found = pages[request.url.split(/[?#]/)[0]];
  answer.writeHead(found ? 200 : 404, { "Content-Type": request.url.endsWith(".js") ? "text/javascript" : "text/html" });
  answer.end(found ?? "");
});
await new Promise((done) => shop.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${shop.address().port}`;

const browser = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
let faults = 0;
async function on(path, what, site = origin) {
  const tab = await browser.newPage();
  tab.on("console", (line) => { if (line.type() === "error" && !/favicon/.test(line.location().url)) { faults++; console.error(path, line.text()); } });
  tab.on("pageerror", (error) => { if (/secret 06/.test(error.message)) return; // thrown on purpose
    faults++; console.error(path, error.message); });
  await tab.goto(site + path);
  await what(tab);
  await tab.close();
}
const posted = (tab, path) => tab.waitForResponse((r) => new URL(r.url()).pathname === path && r.request().method() === "POST");

await on("/segment", async (tab) => {
  const answers = ["/v1/p", "/v1/i", "/v1/t"].map((path) => posted(tab, path));
  await tab.evaluate(([cdnURL, writeKey]) => {
    window.analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL });
    analytics.page("Accueil");
    analytics.identify("b-1", { email: "browser@example.org" });
    analytics.track("browser track", { i: 1 });
  }, [url, key]);
  for (const answer of await Promise.all(answers)) if (answer.status() !== 200) faults++;
});
await on("/segment", async (tab) => { // as SDKs do when a page is left
  const answer = posted(tab, "/v1/t");
  await tab.evaluate(([url, writeKey]) => navigator.sendBeacon(`${url}/v1/t`,
    JSON.stringify({ writeKey, anonymousId: "beacon-1", event: "beacon" })), [url, key]);
  if ((await answer).status() !== 200) faults++;
});
await on("/tag", async (tab) => {
  await tab.waitForFunction(() => window.ariane?.sent >= 1); // the view
  await tab.click("#buy");
  await tab.click("#link");
  await tab.click("#send");
  await tab.evaluate(() => { for (let i = 0; i < 3; i++) document.getElementById("buy").click(); }); // in a rage
  await tab.fill("[name=password]", "typed and hushed"); // begun again, never sent
  await tab.evaluate(() => { setTimeout(() => { throw new Error("secret 0612345678"); }); });
  await tab.waitForFunction(() => { ariane.flush(); return ariane.sent >= 9; });
});
await on("/asked", async (tab) => { // nothing before consent, all of it after
  await tab.waitForFunction(() => window.ariane);
  await tab.click("#buy");
  const before = await tab.evaluate(() => [localStorage.length + sessionStorage.length, ariane.sent, document.cookie]);
  if (before.join() !== "0,0,") { faults++; console.error("before consent", before); }
  await tab.evaluate(() => ariane.consent(true));
  await tab.waitForFunction(() => { ariane.flush(); return ariane.sent >= 2; });
  await tab.evaluate(() => ariane.consent(false));
  if (await tab.evaluate(() => localStorage.length + sessionStorage.length) !== 0) faults++;
}, origin.replace("127.0.0.1", "localhost")); // where nothing is stored yet
await browser.close();
const plain = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: ["--no-sandbox", "--disable-gpu"] });
const context = await plain.newContext({ javaScriptEnabled: false });
const tab = await context.newPage();
const image = tab.waitForResponse((r) => new URL(r.url()).pathname === "/v1/pixel/page");
await tab.goto(origin + "/plain");
if ((await image).status() !== 200) faults++;
await plain.close();
shop.close();
process.exit(faults > 0 ? 1 : 0);
