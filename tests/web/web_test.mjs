// tests/web/web_test.mjs - the web application in a real browser, before a real server.
//
//   node tests/web/web_test.mjs --ariane PROGRAM [--customers N] [--screenshots FOLDER] [--only PATTERN] [--url URL]
//
// --url takes a server that runs already, without a door.  The last line is "N passed, N failed".
import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ADMINISTRATOR, AGENT, axeSource, openBrowser, openHouse, PASSWORD, PRIVACY, SUPERVISOR, USER } from "./house.mjs";

const { values: asked } = parseArgs({
  options: {
    ariane: { type: "string", default: "build/release/ariane" },
    customers: { type: "string", default: "400" },
    screenshots: { type: "string" },
    url: { type: "string" },
    only: { type: "string", default: "" },
  },
});

const FIRST_LOAD_BYTES_MAX = 300_000;
const LONG = 100_000; // rows of a list
const PATIENCE_MS = 20_000; // of a loaded machine; every wait ends with what it waits for

const ABSENT = /ne sait pas encore répondre|cannot answer this question yet/;

let passed = 0;
let failed = 0;

async function check(name, test) {
  if (!new RegExp(asked.only).test(name)) return;
  try {
    await test();
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.stack ?? error}`);
  }
}

function expect(condition, what) {
  if (!condition) throw new Error(what);
}

const house = asked.url ? { url: asked.url, close: async () => undefined } : await openHouse({ program: asked.ariane, customers: Number(asked.customers) });
const browser = await openBrowser();

/** A visitor of that language; what goes wrong on the way is kept. */
async function visitor({ language = "fr", scheme = "light", isKnown = true, name = USER } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: language === "fr" ? "fr-FR" : "en-GB",
    colorScheme: scheme,
    baseURL: house.url,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const troubles = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(String(error)));
  if (isKnown && !asked.url) {
    await page.goto("/");
    await enter(page, PASSWORD, name);
    await page.waitForSelector("#main h1");
    troubles.length = 0; // who was not known was told so: 401
  }
  return { page, context, troubles };
}

async function enter(page, password, name = USER) {
  await page.waitForSelector(".door input[name=name]");
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", password);
  await page.keyboard.press("Enter");
}

/** Until nothing is being computed or laid out any more. */
async function settled(page) {
  await page.waitForFunction(() => document.querySelector("#main :is(h1, .empty-title)") && !document.querySelector(".waiting, [aria-busy=true]"));
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.waitForFunction(() => !document.querySelector(".waiting, [aria-busy=true]"));
}

async function visit(page, path) {
  await page.goto(path);
  await settled(page);
}

async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
  return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

/** The definition by which the page last asked. */
async function definitionOf(page) {
  const [request] = await Promise.all([page.waitForRequest((one) => /journey\/(flow|map)/.test(one.url()) && one.postData() !== null), page.reload()]);
  await settled(page);
  return JSON.stringify(request.postDataJSON().definition);
}

const someone = async (page) => {
  await visit(page, "/journeys/customers?view=contacts&passed=solved");
  return page.getAttribute("tbody a", "href");
};

const pages = [
  ["home", "/"],
  ["map", "/journeys/map"],
  ["map-chosen", "/journeys/map?colour=loss&step=help"],
  ["flow", "/journeys/flow?view=bot"],
  ["variants", "/journeys/variants?view=order"],
  ["funnel", "/journeys/funnel?view=order"],
  ["metrics", "/journeys/metrics"],
  ["frictions", "/journeys/frictions?view=company"],
  ["dossier", "/journeys/frictions?view=contacts&at-from=unsolved&at-to=solved"],
  ["compare", "/journeys/compare?split=2026-07-01"],
  ["compare-group", "/journeys/compare?view=bot&group-with=store:"],
  ["list", "/journeys/customers?view=channel"],
  ["customers", "/customers"],
  ["customer", null],
  ["costs", "/costs"],
  ["data", "/data"],
  ["events", "/data/events"],
  ["review", "/data/identity"],
  ["gallery", "/gallery"],
  ["editor", "/editor?view=order"],
  ["nowhere", "/nowhere-at-all"],
];

for (const [language, scheme] of [["fr", "light"], ["en", "dark"]]) {
  if (asked.only !== "" && !/^\^?page/.test(asked.only)) continue;
  const { page, context, troubles } = await visitor({ language, scheme });
  const customer = (await someone(page)).split("?")[0];
  troubles.length = 0;
  for (const [name, path] of pages)
    await check(`page ${language} ${scheme} ${name}`, async () => {
      troubles.length = 0;
      if (name === "nowhere" && !asked.url) {
        const answer = await page.goto(path);
        expect(answer.status() === 404, `status ${answer.status()}`);
        troubles.length = 0;
        return;
      }
      await visit(page, path ?? customer);
      expect((await page.getAttribute("html", "lang")) === language, "the document's language");
      const heading = (await page.textContent("#main h1, #main .empty-title")) ?? "";
      expect(heading.trim() !== "", "a heading");
      expect((await page.locator(".failed").count()) === 0, `failed: ${await page.locator(".failed").allTextContents()}`);
      const left = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect((await page.getByText(ABSENT).count()) === 0, "nothing the server cannot answer");
      expect(left <= 0, `the page is ${left} px too wide`);
      const keys = await page.evaluate(() => document.body.innerText.match(/\{\w+[|}]|\b[a-z]+\.[a-z]+_[a-z_]+\b/g));
      expect(keys === null, `not translated: ${keys}`);
      const faults = await axe(page);
      expect(faults.length === 0, faults.join("\n"));
      expect(troubles.length === 0, troubles.splice(0).join("\n"));
      if (asked.screenshots)
        await page.screenshot({ path: join(asked.screenshots, `${name}-${language}${scheme === "dark" ? "-dark" : ""}.png`), fullPage: name !== "customer" && name !== "list" });
    });
  await context.close();
}

if (!asked.url)
  await check("door: a wrong password is told, a right one opens", async () => {
    const { page, context } = await visitor({ isKnown: false });
    await page.goto("/");
    await enter(page, "wrong");
    await page.waitForSelector(".door-problem");
    expect((await axe(page)).length === 0, "the door is accessible");
    await enter(page, PASSWORD);
    await page.waitForSelector("#main h1");
    await page.click(".rail-end button:last-child");
    await page.waitForSelector(".door");
    await context.close();
  });

await check("home: what changed beyond chance is told, and a figure opens those who are in it", async () => {
  const { page, context } = await visitor();
  await page.route(/journey\/frictions/, async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    const [first] = told.frictions;
    if (first?.change) first.change = { ...first.change, q: 0.001, difference: { value: 0.12, low: 0.05, high: 0.19 } };
    await route.fulfill({ response: answer, json: told });
  });
  await visit(page, "/");
  const line = (await page.locator(".changed li").first().textContent()).replace(/[\s\u00a0\u202f]+/g, " ");
  expect(/\+12,0 points/.test(line) && /\+5,0 points/.test(line), line);
  expect((await axe(page)).length === 0, `accessible: ${await axe(page)}`);
  const mails = await page.locator(".home tbody th a", { hasText: "Courriel" }).getAttribute("href");
  expect(/channel=email/.test(mails) && !/social/.test(mails), `mails alone: ${mails}`);
  await page.locator(".home tbody th a", { hasText: "Téléphone" }).click();
  await settled(page);
  const steps = new Set(await page.locator("tbody .trace li, tbody .trace i").evaluateAll((all) => all.map((one) => one.getAttribute("title") ?? one.textContent)));
  expect(![...steps].some((step) => /Aide|Boutique|Tchat/.test(step)), `calls alone: ${[...steps]}`);
  await page.goto("/");
  await page.locator(".changed li a").first().click();
  await page.waitForURL("**/journeys/frictions?**");
  await context.close();
});

await check("metrics: one call is one contact; rules of one's own are kept for all", async () => {
  const { page, context } = await visitor();
  await visit(page, "/journeys/metrics?counting=all");
  const repeats = async () => Number(/([\d,]+)/.exec(await page.locator(".metric .figure-value").first().textContent())[1].replace(",", "."));
  const whatever = await repeats();
  await page.selectOption(".counting select", "demonstration-company");
  await settled(page);
  expect((await repeats()) < whatever, "a call told by three systems repeats itself");
  await page.locator(".metric", { hasText: "Voir lesquels" }).first().locator(".figure-note a").click();
  await page.waitForURL(/behind=counted/);
  await page.waitForSelector(".long-scroll tbody a");
  expect((await page.locator(".long h3, .table h3, .table-head h3").allTextContents()).some((text) => /\d cas, [\d\s\u202f\u00a0]+ client/.test(text)), "who is behind the figure");
  await page.click(".counting summary");
  const rules = page.locator(".counting textarea");
  await rules.fill("{");
  await page.click(".counting button[type=submit]");
  await page.waitForSelector(".counting .door-problem");
  await rules.fill(JSON.stringify({ version: 1, human: { channel: "store" }, self_service: [] }));
  await page.click(".counting button[type=submit]");
  await page.waitForFunction(() => /counting=Nos/.test(location.search));
  await settled(page);
  expect((await page.locator("section tbody tr").allTextContents()).every((row) => row.startsWith("Boutique")), "shops alone count");
  expect((await axe(page)).length === 0, `accessible: ${await axe(page)}`);
  await context.close();
});

await check("progress: what takes long is told, stopped where it is computed, and goes on when asked", async () => {
  const { page, context } = await visitor();
  await visit(page, "/");
  let held = 0;
  const first = new Promise((resolve) => {
    void page.route(/journey\/map/, (route) => (held++ === 0 ? resolve(route) : route.continue()));
  });
  const stopped = page.waitForEvent("requestfailed", (request) => /journey\/map/.test(request.url()));
  await page.click('.rail a[href^="/journeys"]');
  await first; // never answered: a question that takes for ever
  await page.getByRole("button", { name: "Arrêter le calcul" }).click();
  await stopped;
  expect((await page.locator(".progress").textContent()).includes("arrêté"), "that it was stopped is told");
  expect((await axe(page)).length === 0, `accessible: ${await axe(page)}`);
  await page.getByRole("button", { name: "Reprendre" }).click();
  await page.waitForSelector(".river .station");
  await page.waitForFunction(() => !document.querySelector(".progress"));
  await context.close();
});

if (!asked.url)
  for (const [language, scheme] of [["fr", "light"], ["en", "dark"]])
    await check(`settings ${language} ${scheme}: retention, users and keys, the audit are accessible and told in one language`, async () => {
      for (const [name, paths] of [[PRIVACY, ["/data/retention"]], [ADMINISTRATOR, ["/data/doors", "/data/audit", "/data/sources"]]]) {
        const { page, context, troubles } = await visitor({ language, scheme, name });
        for (const path of paths) {
          await visit(page, path);
          expect((await page.locator(".failed").count()) === 0, `${path}: failed`);
          expect((await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0, `${path} is too wide`);
          const faults = await axe(page);
          expect(faults.length === 0, `${path}: ${faults.join("\n")}`);
          if (asked.screenshots) await page.screenshot({ path: join(asked.screenshots, `${path.split("/").at(-1)}-${language}${scheme === "dark" ? "-dark" : ""}.png`), fullPage: true });
        }
        expect(troubles.length === 0, troubles.join("\n"));
        await context.close();
      }
    });

await check("first load: under 300 KB compressed, before charts", async () => {
  // The layout of maps is fetched ahead once nothing else is to do: on a slow page that may be before it stands.
  const { page, context } = await visitor();
  await visit(page, "/");
  const sizes = await page.evaluate(() =>
    performance.getEntriesByType("resource").filter((one) => /\.(js|css|svg)$/.test(one.name) && !/\/elk-/.test(one.name)).map((one) => [one.name.replace(/.*\//, ""), one.encodedBodySize]));
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`     ${total} bytes in ${sizes.length} files`);
  expect(total > 0 && total < FIRST_LOAD_BYTES_MAX, `${total} bytes: ${sizes}`);
  await context.close();
});

await check("map: a passage opens what is behind it, its customers, a thread", async () => {
  const { page, context, troubles } = await visitor();
  await visit(page, "/journeys/map?view=contacts");
  await page.click("tbody tr:nth-child(2) .row-button");
  await page.waitForSelector(".behind dl");
  const people = await page.textContent(".behind dl div:nth-child(3) dd");
  await page.click(".behind-go .main");
  await page.waitForURL("**/journeys/customers?**");
  await settled(page);
  const told = await page.textContent(".totals a");
  expect(told.startsWith(people.trim()), `the map says ${people}, the list ${told}`);
  await page.click("tbody tr:first-child a");
  await page.waitForSelector(".thread .group");
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

await check("map: behind a passage of a part of journeys, and behind a variant of it, are as many as it says", async () => {
  const { page, context, troubles } = await visitor();
  await visit(page, "/journeys/map?view=contacts");
  const definition = await definitionOf(page);
  const ask = async (what, params) => (await page.request.get(`/api/v1/journey/${what}`, { params: { definition, ...params } })).json();
  const people = async () => Number((await page.textContent(".totals a")).replace(/\D/g, ""));
  let found;
  for (const { step } of (await ask("map", {})).steps.slice(0, 6)) {
    const part = { "from-step": step };
    for (const edge of (await ask("map", part)).edges.slice(0, 6)) {
      const whole = await ask("list", { ...part, "edge-from": edge.from, "edge-to": edge.to, limit: 1 });
      if (whole.customers > edge.customers) found ??= { step, edge };
    }
  }
  expect(found !== undefined, "some go that way before the step only");
  const part = `view=contacts&from-step=${encodeURIComponent(found.step)}`;
  await visit(page, `/journeys/map?${part}&edge=${encodeURIComponent(found.edge.from)}&edge=${encodeURIComponent(found.edge.to)}`);
  await page.click(".behind-go .main");
  await page.waitForURL("**/journeys/customers?**");
  await settled(page);
  expect((await people()) === found.edge.customers, `the map says ${found.edge.customers}, the list ${await people()}`);
  await page.locator(".in-force li", { hasText: "Passage compté vers" }).locator("button").click(); // both ends of the passage go at once
  await page.waitForURL((url) => !url.search.includes("part-edge-"));
  await visit(page, `/journeys/variants?${part}`);
  const told = await page.textContent(".variant-more a");
  await page.click(".variant-more a");
  await page.waitForURL("**/journeys/customers?**");
  await settled(page);
  expect((await people()) === Number(told.replace(/\D/g, "")), `the variant says ${told}, the list ${await people()}`);
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

await check("map: simplification tells what it hides; all is shown at 100 %", async () => {
  const { page, context } = await visitor();
  await visit(page, "/journeys/map?view=contacts&coverage=50");
  const few = await page.locator(".passage").count();
  expect(/\d/.test(await page.textContent(".account")), "the account says how much");
  await visit(page, "/journeys/map?view=contacts&coverage=100");
  expect((await page.locator(".passage").count()) > few, "more passages");
  expect((await page.textContent(".account")) === "Tous les passages sont montrés.", "nothing hidden");
  await context.close();
});

await check("map: two periods side by side", async () => {
  const { page, context } = await visitor();
  await visit(page, "/journeys/map?view=contacts&since=2026-10-01&compare=before");
  await page.waitForFunction(() => document.querySelectorAll(".side-by-side svg[data-picture]").length === 2);
  expect((await page.locator("thead th").count()) === 7, "the table has the share before");
  const maps = await page.locator(".side-by-side svg[data-picture]").evaluateAll((all) => all.map((map) => Object.fromEntries(
    [...map.querySelectorAll(".station")].map((one) => [one.querySelector(".station-name").textContent, one.querySelector(".station-box").getAttribute("x")]))));
  const shared = Object.keys(maps[0]).filter((name) => name in maps[1]);
  expect(shared.length > 2 && shared.every((name) => maps[0][name] === maps[1][name]), "the same step stands at the same place");
  const covered = await page.evaluate(() => [...document.querySelectorAll(".river")].some((river) => {
    const zoom = river.querySelector(".river-zoom").getBoundingClientRect();
    return [...river.querySelectorAll(".station")].some((one) => { const box = one.getBoundingClientRect(); return box.right > zoom.left && box.bottom > zoom.top && box.left < zoom.right && box.top < zoom.bottom; });
  }));
  expect(!covered, "no step lies under the buttons");
  if ((await page.locator(".reconciled").count()) > 0) expect((await page.getAttribute(".reconciled", "data-agree")) === "true", "records of the same period");
  const titles = await page.locator(".side-by-side h3").allTextContents();
  expect(titles.every((title) => /^Du \d/.test(title) && !/\d{4}-\d\d/.test(title)), `${titles}`);
  await context.close();
});

/** The number of journeys in the head of a list: behind the name of what is listed. */
async function listedJourneys(page) {
  const head = (await page.locator(".long h3").first().textContent()).replace(/(\d)[\s\u00a0\u202f](?=\d)/g, "$1");
  return Number(/: (\d+) /.exec(head)?.[1]);
}

await check("side by side: flow and funnel of two groups, on the same steps; the differences are the server's; a number opens its journeys", async () => {
  const { page, context, troubles } = await visitor();
  const group = "group-with=store:";
  await visit(page, `/journeys/flow?view=contacts&${group}`);
  expect((await page.locator(".side-by-side .flow svg").count()) === 2, "two flows");
  const rows = await page.locator(".table tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/[\s\u00a0\u202f]+/g, " "))));
  const told = await (await page.request.get("/api/v1/journey/compare", { params: { "group-with": "store:", all: true, support: 1, top: 1000, definition: await definitionOf(page) } })).json();
  const percent = (part, whole) => `${((100 * part) / whole).toFixed(1).replace(".", ",")} %`;
  const starts = told.differences.filter((one) => one.what === "start");
  const same = starts.filter((one) => rows.some((row) => /^1\. /.test(row[0]) && row[1].startsWith(percent(one.first, one.first_of)) && row[2].startsWith(percent(one.second, one.second_of))));
  expect(same.length >= Math.min(starts.length, 5), `first steps are as the server compares them: ${same.length} of ${starts.length}, ${JSON.stringify(rows.slice(0, 8))}`);
  expect((await axe(page)).length === 0, `accessible: ${await axe(page)}`);
  await page.locator(".side-by-side section:nth-child(2) .flow-node[role=button]").first().click();
  const count = (await page.textContent(".behind dd")).replace(/\D/g, "");
  await page.click(".behind .main");
  await page.waitForURL("**/journeys/customers?**at=1**");
  await settled(page);
  expect((await page.textContent(".totals b")).replace(/\D/g, "") === count, `the list has as many journeys as the flow says: ${count}`);
  await visit(page, `/journeys/funnel?view=contacts&${group}`);
  expect((await page.locator(".side-by-side .funnel svg").count()) === 2, "two funnels");
  await page.locator(".side-by-side section:nth-child(1) .funnel-step").nth(1).click();
  const reached = (await page.textContent(".behind dd")).replace(/\D/g, "");
  await page.click(".behind .main");
  await settled(page);
  const listed = await listedJourneys(page);
  expect(Number(reached) > 0 && listed === Number(reached), `of that side: ${reached}, ${listed}`);
  for (const tab of ["variants", "metrics", "map"]) {
    await visit(page, `/journeys/${tab}?view=contacts&${group}`);
    expect(/Tous les autres/.test(await page.textContent("main")), `${tab}: both sides`);
    expect((await axe(page)).length === 0, `${tab}: ${await axe(page)}`);
  }
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

await check("funnel: who came to a step, and who was lost before it, are as many as it says, in its order of steps", async () => {
  const { page, context, troubles } = await visitor();
  await visit(page, "/journeys/funnel?view=contacts");
  const definition = await definitionOf(page);
  const { steps } = await (await page.request.get("/api/v1/journey/map", { params: { definition, "counts-only": true } })).json();
  const names = steps.sort((a, b) => b.journeys - a.journeys).slice(0, 3).map((one) => one.step);
  // Backwards, so that whoever has all of them need not have come so far.
  const params = new URLSearchParams({ definition });
  for (const name of names.reverse()) params.append("step", name);
  const told = (await (await page.request.get(`/api/v1/journey/funnel?${params}`)).json()).steps.map((one) => one.journeys);
  await visit(page, `/journeys/funnel?view=contacts&${names.map((name) => `funnel=${encodeURIComponent(name)}`).join("&")}`);
  await page.locator(".funnel-step").nth(1).click();
  await page.click(".behind .main");
  await settled(page);
  expect(told[1] > 0 && (await listedJourneys(page)) === told[1], `came: ${told[1]}, ${await listedJourneys(page)}`);
  expect((await axe(page)).length === 0, `accessible: ${await axe(page)}`);
  await page.click(".behind-go button:nth-of-type(2)");
  await settled(page);
  expect((await listedJourneys(page)) === told[0] - told[1], `lost: ${told[0] - told[1]}, ${await listedJourneys(page)}`);
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

await check("flow: on a tablet it fits, what has no room is a press of a button away, and no label is cut", async () => {
  const { page, context, troubles } = await visitor();
  for (const [width, height] of [[820, 1180], [1180, 820]]) {
    await page.setViewportSize({ width, height });
    await visit(page, "/journeys/flow?view=contacts&depth=8");
    const cut = () => page.evaluate(() => {
      const svg = document.querySelector(".flow svg").getBoundingClientRect();
      return [...document.querySelectorAll(".flow text")].filter((one) => one.getBoundingClientRect().right > svg.right + 1 || one.textContent.includes("…")).map((one) => one.textContent);
    });
    expect((await page.evaluate(() => document.querySelector(".flow").scrollWidth - document.querySelector(".flow").clientWidth)) <= 0, "nothing scrolls");
    expect((await cut()).length === 0, `cut: ${await cut()}`);
    const first = await page.textContent(".flow .flow-window span");
    await page.locator(".flow-window button").last().click();
    expect((await page.textContent(".flow .flow-window span")) !== first, "the next steps come in sight");
    expect((await cut()).length === 0, `cut: ${await cut()}`);
  }
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

await check("frictions: who suffers is told by name and by the best identifier", async () => {
  const { page, context } = await visitor();
  await visit(page, "/journeys/frictions?view=contacts&at-from=unsolved&at-to=solved");
  await page.waitForSelector(".dossier-people a");
  const people = await page.locator(".dossier-people a").allTextContents();
  expect(people.some((one) => !one.includes(":")) && !people.some((one) => one.startsWith("anonymous_id")), `names: ${people}`);
  await page.locator(".dossier-people + a").click();
  await settled(page);
  expect((await page.locator("tbody td:nth-child(1)").allTextContents()).some((one) => /\p{L} \p{L}/u.test(one)), "a column of names");
  await context.close();
});

await check("frictions: the ways in which the same customers meet one lead to their own dossier", async () => {
  const { page, context, troubles } = await visitor();
  await visit(page, "/journeys/frictions?view=company");
  await page.waitForSelector(".unasked .friction");
  const routes = page.locator(".unasked .routes li");
  if ((await routes.count()) > 0) {
    expect((await routes.first().locator(".whisker").count()) === 1, "each is drawn");
    await routes.first().locator("a").first().click();
    await page.waitForSelector(".dossier-causes");
  }
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

await check("frictions: from the dearest to its customers and one thread", async () => {
  const { page, context, troubles } = await visitor();
  await visit(page, "/journeys/frictions?view=company");
  expect((await page.locator(".unasked .friction").count()) > 0, "there are frictions");
  await page.click(".unasked .friction:first-child .friction-go button");
  await page.waitForSelector(".unasked .friction:first-child .drivers, .unasked .friction:first-child .none");
  const people = (await page.textContent(".unasked .friction:first-child .friction-go a:last-of-type")).replace(/\D/g, "");
  await page.click(".unasked .friction:first-child .friction-go a:last-of-type");
  await page.waitForURL("**/journeys/frictions?**friction=**");
  await settled(page);
  const rows = await page.locator("tbody a").allTextContents(); // a page of them: one customer may be there several times
  expect(new Set(rows).size <= Number(people), `the friction says ${people}, the list has ${new Set(rows).size}`);
  const told = (await page.textContent("main")).replace(/[\s\u00a0\u202f]+/g, " ");
  expect(told.includes(`${people} clients`), `the friction says ${people} customers, the list does not`);
  await page.click("tbody tr:first-child a");
  await page.waitForSelector(".thread .group");
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

if (!asked.url)
  await check("identity: why it is one person; a decision against it, and its undoing, are seen", async () => {
    const { page, context, troubles } = await visitor();
    // A browser with events of its own, before its visitor was known: apart from him it is a customer more.
    const calls = [
      { type: "page", name: "Accueil", messageId: "zb1", timestamp: "2026-06-01T10:00:00Z", anonymousId: "0bb-1" },
      { type: "identify", messageId: "zb2", timestamp: "2026-06-01T10:02:00Z", anonymousId: "0bb-1", userId: "ub-1", traits: { plan: "L" } },
      { type: "page", name: "Facture", messageId: "zb3", timestamp: "2026-06-02T10:00:00Z", userId: "ub-1" },
    ];
    writeFileSync(join(house.folder, "browser.jsonl"), calls.map((one) => JSON.stringify(one)).join("\n"));
    house.ariane("import", "--source", "zsite", join(house.folder, "browser.jsonl"));
    const other = "anonymous_id:0bb-1";
    await visit(page, "/customers/user_id%3Aub-1");
    const names = () => page.locator(".identifiers li:not(.passing)").count();
    const before = await names();
    const map = await context.newPage(); // the map beside it, as another person looks at it
    const onTheMap = async () => {
      await visit(map, "/journeys/map?view=all&coverage=20");
      return Number(/([\d\s\u00a0\u202f]+)clients/.exec(await map.textContent(".totals"))[1].replace(/\D/g, ""));
    };
    const people = await onTheMap();
    await page.selectOption(".why select", other);
    await page.waitForSelector(".why ol li");
    expect((await page.textContent(".why")).includes(other), "the chain ends with the identifier");
    await page.click(".decide summary");
    await page.selectOption(".decide select[name=other]", other);
    await page.fill(".decide input[name=because]", "vérifié au guichet");
    await page.click(".decide button[type=submit]");
    await page.waitForSelector(".decide .import-done");
    await page.waitForFunction((n) => document.querySelectorAll(".identifiers li:not(.passing)").length < n, before);
    const apart = await onTheMap();
    expect(apart === people + 1, `the map counts one customer more: ${people}, ${apart}`);
    await page.click(".decide .import-done button");
    await page.waitForFunction((n) => document.querySelectorAll(".identifiers li:not(.passing)").length === n, before);
    expect((await onTheMap()) === people, "and after the undoing as many as before");
    await page.waitForFunction(() => !document.querySelector(".decide .import-done"));
    expect((await axe(page)).length === 0, "accessible");
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });

if (!asked.url) {
  const people = [["z-9001", "Zénobie", "Quatrebarbes"], ["z-9002", "Zénobie", "Quatresous"]];
  writeFileSync(join(house.folder, "people.jsonl"), people.flatMap(([number, firstName, lastName], i) => [
    { type: "identify", messageId: `zi${i}`, timestamp: "2026-06-01T10:00:00Z", anonymousId: `0zz-${i}`, userId: `uz-${i}`, traits: { firstName, lastName }, context: { externalIds: [{ id: number, type: "customer" }] } },
    { type: "track", event: "Page Viewed: Aide", messageId: `zt${i}`, timestamp: "2026-06-01T10:01:00Z", userId: `uz-${i}` },
    { type: "track", event: "Page Viewed: Facture", messageId: `zu${i}`, timestamp: "2026-06-01T18:00:00Z", userId: `uz-${i}` },
  ]).map((one) => JSON.stringify(one)).join("\n"));
  house.ariane("import", "--source", "zsite", join(house.folder, "people.jsonl"));

  await check("find: by name, number, or how a cookie begins, in one question; lists name people", async () => {
    const { page, context, troubles } = await visitor();
    await visit(page, "/customers");
    const asked = [];
    page.on("request", (request) => request.url().includes("/api/v1/") && /find|customers\//.test(request.url()) && asked.push(request.url()));
    await page.fill(".search input", "quatrebarbes zeno");
    await page.click(".search button");
    await page.waitForSelector(".found a");
    expect((await page.locator(".found a").allTextContents()).join() === "Zénobie Quatrebarbes", "by name, without accents");
    expect(asked.length === 1, `one question: ${asked}`);
    expect((await page.textContent(".found li")).includes("customer:z-9001"), "beside the name the number");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("0zz-1");
    await page.locator(".palette li", { hasText: "Zénobie Quatresous" }).waitFor();
    await page.locator(".palette li", { hasText: "customer:z-9002" }).click();
    await page.waitForURL("**/customers/customer%3Az-9002");
    await settled(page);
    expect((await page.textContent("h1")) === "Zénobie Quatresous", "her name heads the page");
    await page.goto("/customers?q=nobody-of-that-name");
    await page.waitForSelector("#main .empty-title");
    expect((await axe(page)).length === 0, String(await axe(page)));
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });

  await check("customer: one call is one contact, however many systems tell it", async () => {
    const { page, context } = await visitor();
    const csv = join(house.folder, "call.csv"), mapping = join(house.folder, "call.json");
    writeFileSync(mapping, JSON.stringify({ version: 1, time: "at", activity: "what", interaction: "call", channel: { constant: "phone" }, customer: [{ type: "customer", column: "who" }] }));
    writeFileSync(csv, ["at,what,call,who", "2026-06-03T10:00:00Z,told.by.desk,desk-1,z-9003", "2026-06-03T10:00:00Z,told.by.pbx,pbx-7,z-9003",
      "2026-06-03T10:09:00Z,end.by.pbx,pbx-7,z-9003", "2026-06-03T10:20:00Z,told.by.desk,desk-2,z-9003"].join("\n"));
    house.ariane("import", "--mapping", mapping, csv);
    await visit(page, "/customers/customer%3Az-9003");
    await page.waitForSelector(".group-head");
    expect((await page.locator(".group-head").count()) === 2, `${await page.locator(".group-head").count()} contacts: the end of a call of nine minutes is of that call`);
    await context.close();
  });

  await check("customer: journeys passed, cost and effort; the thread in one direction; a decision is undone later", async () => {
    const { page, context, troubles } = await visitor();
    await visit(page, "/customers/customer%3Az-9001");
    await page.waitForSelector(".passed li");
    expect((await page.textContent(".passed li")).includes("La rivière"), "the river");
    expect(/Contacts/.test(await page.textContent(".effort")) && /0,10/.test(await page.textContent(".effort")), await page.textContent(".effort"));
    expect((await page.getByText("Aucun parcours en cours").count()) === 1, "why there is no next step");
    const clocks = () => page.locator(".group-head time").evaluateAll((all) => all.map((one) => one.dateTime));
    await page.waitForSelector(".thread .group-head time");
    const newest = await clocks();
    expect(String(newest) === String([...newest].sort().reverse()), `newest first: ${newest}`);
    await page.click("text=Le plus récent d'abord");
    await settled(page); // it is asked for in the other order
    await page.waitForSelector(".thread .group-head time");
    const oldest = await clocks();
    expect(String(oldest) === String([...oldest].sort()) && oldest.length > 1, `oldest first: ${oldest}`);
    await page.click(".decide summary");
    await page.selectOption(".decide select[name=other]", "anonymous_id:0zz-0");
    await page.fill(".decide input[name=because]", "autre foyer");
    await page.click(".decide button[type=submit]");
    await page.waitForSelector(".decide .import-done");
    await visit(page, "/customers/customer%3Az-9001");
    await page.waitForSelector(".decisions li");
    const told = await page.textContent(".decisions li");
    expect(told.includes("autre foyer") && told.includes(USER), told);
    expect((await axe(page)).length === 0, String(await axe(page)));
    await page.click(".decisions li button");
    await page.waitForFunction(() => !document.querySelector(".decisions li"));
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });

  await check("customer's rights: the privacy officer exports all and erases for ever; others see neither", async () => {
    const agent = await visitor({ name: AGENT });
    await visit(agent.page, "/customers/customer%3Az-9001");
    expect((await agent.page.locator(".rights").count()) === 0, "not for an agent");
    await agent.context.close();
    const { page, context, troubles } = await visitor({ name: PRIVACY });
    await visit(page, "/customers/customer%3Az-9001");
    const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=Exporter (accès RGPD)")]);
    const lines = readFileSync(await file.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
    expect(lines[0].is === "subject" && lines.filter((one) => one.is === "record").length >= 3, "all that is kept");
    await page.click(".rights summary");
    expect((await axe(page)).length === 0, String(await axe(page)));
    expect(await page.locator(".erasing button").isDisabled(), "a word is to be typed");
    await page.fill(".erasing label:not(.tick) input", "effacer");
    await page.click(".erasing button");
    await page.waitForSelector("h1:has-text('Cette personne est effacée')");
    expect((await page.textContent(".page > [role=status]")).includes("Vérifié"), "the result");
    expect(troubles.length === 0, troubles.join("\n"));
    await page.goto("/customers/customer%3Az-9001");
    await page.waitForSelector("#main .empty-title");
    await context.close();
  });
}

if (!asked.url)
  await check("rights: an agent sees customers, no analysis, no list and no export", async () => {
    const analyst = await visitor();
    const link = (await someone(analyst.page)).split("?")[0];
    await visit(analyst.page, link);
    expect((await analyst.page.locator(".thread .table-head").getByText("CSV", { exact: true }).count()) === 1, "an analyst takes a thread along");
    await analyst.context.close();
    const { page, context, troubles } = await visitor({ name: AGENT });
    await settled(page);
    const offered = await page.locator(".rail nav a").evaluateAll((all) => all.map((one) => new URL(one.href).pathname));
    expect(String(offered) === "/customers,/data", `${offered}`);
    await visit(page, "/journeys/map");
    expect((await page.textContent(".empty-title")) === "Cette page n'est pas ouverte à votre rôle", "told so");
    await visit(page, "/data");
    expect((await page.locator(".drop, .search").count()) === 0, "no import, no keys");
    await visit(page, link);
    expect((await page.locator(".thread .group").count()) > 0, "the thread");
    expect((await page.getByText("CSV", { exact: true }).count()) === 0, "no CSV");
    expect((await page.locator(".why, .decide").count()) === 0, "no decision");
    expect(troubles.length === 0, troubles.join("\n")); // nothing was asked that is refused
    await context.close();
  });

await check("river: one sentence with its interval; totals agree with the call records; a double click tells all", async () => {
  const { page, context, troubles } = await visitor();
  await visit(page, "/journeys/map?view=contacts");
  await page.waitForSelector(".reconciled");
  expect((await page.getAttribute(".reconciled", "data-agree")) === "true", await page.textContent(".reconciled"));
  const sentence = (await page.textContent(".river-sentence:not([aria-hidden])")).replace(/\s/g, " ");
  expect(/\d clients? \([\d ]+ fois\), \+ [\d ]+ € (sur un an|du .+ au .+) de [\d ]+ € à [\d ]+ €/.test(sentence), sentence);
  const middle = await page.locator(".passage-line").first().evaluate((line) => {
    line.scrollIntoView({ block: "center" }); // a large company's river is taller than the window
    const at = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());
    return { x: at.x, y: at.y };
  });
  await page.mouse.dblclick(middle.x, middle.y);
  await page.waitForURL("**/journeys/frictions?**");
  await settled(page);
  await page.waitForSelector(".dossier-thread li");
  for (const part of [".dossier-causes .drivers, .dossier-causes .none", ".dossier-people a", ".dossier-thread li", ".dossier-next a", ".dossier-owner"])
    expect((await page.locator(part).count()) > 0, part);
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

await check("dossier: of a cause, its customers alone; every next question has an answer about what went wrong", async () => {
  const { page, context, troubles } = await visitor();
  const place = JSON.stringify({ kind: "instead", at: ["Visit done"], to: ["Visit failed"] });
  const dossier = `/journeys/frictions?${new URLSearchParams({ view: "company", place })}`;
  await visit(page, dossier);
  const heading = await page.textContent("#main h2");
  expect(/^Raccordement manqué, au lieu de Raccordement réussi/.test(heading.trim()), heading);
  const links = await page.locator(".dossier-next a").evaluateAll((all) => all.map((one) => [one.textContent, one.getAttribute("href")]));
  expect(links.length >= 2 && links.every(([text]) => !/réussi/.test(text)), `of what went wrong: ${links}`);
  await page.click(".dossier-next button");
  await page.waitForSelector(".dossier-trend, .dossier-next .none");
  expect((await axe(page)).length === 0, String(await axe(page)));
  for (const [text, href] of links) {
    await visit(page, href);
    expect((await page.locator(".failed").count()) === 0 && (await page.getByText(ABSENT).count()) === 0, `${text}: ${href}`);
  }
  await visit(page, "/journeys/frictions?view=company");
  const card = page.locator(".causes .friction[data-cause=true]").first();
  if ((await card.count()) > 0) {
    const told = Number(/^\D*([\d\s\u202f\u00a0]+) client/.exec(await card.locator(".friction-told").textContent())[1].replace(/\D/g, ""));
    await card.locator(".friction-go a").first().click();
    await page.waitForURL(/cause=/);
    await settled(page);
    await page.waitForSelector(".dossier-people a");
    expect(Number((await page.locator(".figure-value").first().textContent()).replace(/\D/g, "")) === told, "as many as the cause told");
  }
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

if (!asked.url)
  await check("dossier: who may read texts reads what customers say", async () => {
    const { page, context } = await visitor({ name: SUPERVISOR });
    await visit(page, "/journeys/frictions?view=contacts&at-from=mail&at-to=answer");
    await page.waitForSelector(".dossier blockquote");
    expect((await page.locator(".dossier blockquote").count()) <= 3, "three at most");
    await context.close();
  });

await check("compare: a difference opens the customers behind it, with its interval", async () => {
  const { page, context } = await visitor();
  await visit(page, "/journeys/compare?view=bot&group-with=store:");
  await page.click(".comparing .choice button:nth-child(1)");
  await page.fill(".comparing input", "2026-07-01");
  await page.click(".comparing [type=submit]");
  await page.waitForURL(/split=2026-07-01/);
  await settled(page);
  expect((await page.locator(".compared").count()) + (await page.locator(".empty-title").count()) === 1, "an answer");
  await visit(page, "/journeys/compare?view=all&group-with=store:");
  expect((await page.locator("tbody .whisker").count()) > 0, "intervals");
  await page.click("tbody tr:first-child a");
  await page.waitForURL("**/journeys/customers?**");
  await settled(page);
  expect((await page.locator(".failed").count()) === 0, "the list");
  await context.close();
});

await check("what if: own volumes with intervals, staff, leaving; a hold-out; the right channel of each reason", async () => {
  const { page, context } = await visitor();
  await visit(page, "/costs?route=phone&to=chat");
  await page.waitForFunction(() => document.querySelectorAll(".whatif .figure").length === 6);
  const notes = await page.locator(".whatif .figure-note").allTextContents();
  expect(notes.filter((text) => /à\s95\s%/.test(text)).length === 5, notes.join(" | "));
  const before = await page.textContent(".whatif .sentence b");
  await page.locator(".whatif input[type=range]").focus();
  await page.keyboard.press("End");
  await page.waitForURL(/move=100/);
  await page.waitForFunction((was) => document.querySelector(".whatif .sentence b").textContent !== was, before);
  await page.click(".hold-out .choice button:last-child");
  await page.waitForURL(/launch=50/);
  expect((await page.textContent(".hold-out > p")).trim() !== "", "a plan, or that none is short enough");
  const groups = async () => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.click(".hold-out-groups button")]);
    return readFileSync(await file.path(), "utf8").trim().split("\r\n").slice(1).map((row) => row.split(";").slice(1).join(","));
  };
  const [drawn, again] = [await groups(), await groups()];
  expect(String(drawn) === String(again), "the same seed gives the same groups");
  const launched = drawn.filter((row) => row.startsWith("trial.launched")).length;
  expect(launched > drawn.length * 0.3 && launched < drawn.length * 0.7, `half of ${drawn.length}: ${launched}`);
  const ways = await page.locator(".whatif select option").allTextContents();
  expect(!ways.some((way) => /résolu|abandonné|manqué/.test(way)), `how it came out is no way: ${ways}`);
  await page.waitForSelector(".reasons tbody tr");
  expect((await page.locator(".reasons tbody tr").count()) >= 5, "reasons");
  await context.close();
});

if (!asked.url) {
  await check("editor: a journey drawn with the keyboard is previewed on real data, kept, shown, and goes as JSON", async () => {
    const { page, context, troubles } = await visitor();
    await visit(page, "/editor");
    const fill = async (label, text) => page.getByLabel(label, { exact: true }).first().fill(text);
    await fill("Étape 1", "Appel");
    await fill("Étape 2", "Enquête");
    await page.getByLabel("Activités").nth(0).fill("inbound.*");
    await page.getByLabel("Activités").nth(1).fill("survey.sent");
    await page.getByLabel("échoue").nth(1).check();
    await page.waitForSelector(".editor-split .passage", { state: "attached" });
    await page.waitForFunction(() => [...document.querySelectorAll(".editor-count")].every((one) => /\d/.test(one.textContent)));
    await fill("Nom", "Appels et enquêtes");
    const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=Exporter (JSON)")]);
    const drawn = JSON.parse(readFileSync(await file.path(), "utf8"));
    expect(drawn.steps.length === 2 && drawn.failure[0] === "Enquête" && drawn.gap === "7d", JSON.stringify(drawn));
    expect((await axe(page)).length === 0, String(await axe(page)));
    await page.click(".editor-keep .main");
    await page.waitForURL(/\/journeys\/map\?view=saved/);
    await settled(page);
    await page.waitForSelector(".station");
    expect((await page.textContent("h1")) === "Appels et enquêtes", "the analysis has the name");
    const other = await context.newPage();
    await other.goto(page.url());
    await settled(other);
    expect((await other.textContent(".totals p")) === (await page.textContent(".totals p")), "the same figures by the link");
    await visit(page, "/editor?view=order");
    expect((await page.inputValue(".editor-head input")) !== "cart" && (await page.getByLabel("Nom", { exact: true }).inputValue()).endsWith("(copie)"), "it begins with names in words");
    await page.setInputFiles(".editor-keep input[type=file]", await file.path());
    await page.waitForFunction(() => document.querySelector(".editor-head input").value === "Appel");
    await visit(page, "/editor?view=order");
    await page.click("text=Le reprendre"); // what was left is offered again
    await page.waitForFunction(() => document.querySelector(".editor-head input").value === "Appel");
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });

  await check("views: kept with its filters, commented, opened again, removed", async () => {
    const { page, context, troubles } = await visitor();
    await visit(page, "/journeys/map?view=contacts&with=chat:");
    const total = await page.textContent(".totals p");
    await page.click(".keep-view summary");
    await page.fill(".keep-view input", "Ceux du tchat");
    await page.click(".keep-view [type=submit]");
    await page.waitForSelector(".keep-view a");
    await visit(page, "/gallery");
    const card = page.locator(".kept > li", { hasText: "Ceux du tchat" });
    await card.locator("button[aria-expanded]").click();
    await card.locator("input[name=text]").fill("à regarder lundi");
    await card.locator("[type=submit]").click();
    await page.waitForSelector(".comments li");
    expect((await card.locator(".comments li").textContent()).includes(USER), "who said it");
    await card.locator("h3 a").click();
    await page.waitForURL(/with=chat/);
    await settled(page);
    expect((await page.textContent(".totals p")) === total, "the same figures");
    expect((await page.textContent(".comments li p")) === "à regarder lundi", "what was said of it stands on the view");
    await visit(page, "/gallery");
    await card.getByText("Supprimer").click();
    await card.getByText("Annuler la suppression").click();
    expect((await card.locator("button[aria-expanded]").textContent()).startsWith("1 commentaire"), "taken back with its comments");
    await card.getByText("Supprimer").click();
    await page.click("nav a[href='/customers']"); // who leaves has decided
    await page.waitForURL("**/customers");
    await page.waitForFunction(async () => !(await (await fetch("/api/v1/views")).text()).includes("Ceux du tchat"));
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });

  await check("administrator: sources, keys, audit; totals of a source reconciled day by day", async () => {
    const { page, context, troubles } = await visitor({ name: ADMINISTRATOR });
    await visit(page, "/data/doors");
    await page.fill(".keys input[name=source]", "boutique-en-ligne");
    await page.click(".keys [type=submit]");
    const key = await page.textContent(".keys .once code");
    const send = (call) => fetch(`${house.url}/v1/track`, {
      method: "POST", body: JSON.stringify(call),
      headers: { "Content-Type": "application/json", Authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` },
    });
    expect((await send({ event: "Visit", userId: "u1", messageId: "m1" })).ok, "an event is taken");
    await visit(page, "/data/sources");
    await page.click(".row-button:has-text('boutique-en-ligne')");
    await page.waitForSelector("text=Rien n'a été refusé.");
    const own = page.locator("tr", { has: page.locator(".row-button", { hasText: "boutique-en-ligne" }) });
    const accepted = () => own.locator("td:nth-child(8)").textContent();
    const first = await accepted();
    await send({ event: "Visit", userId: "u2", messageId: "m2" });
    await own.locator("td:nth-child(8)", { hasNotText: first }).waitFor(); // by itself
    const billing = page.locator("tr", { has: page.locator(".row-button", { hasText: "billing" }) });
    expect(Number((await billing.locator("td:nth-child(2)").textContent()).replace(/\D/g, "")) > 1000, "an imported source has its events");
    await billing.locator(".row-button").click();
    await page.waitForSelector("td:has-text('Facture émise')");
    const days = ["2026-03-02", "2026-03-03"];
    writeFileSync(join(house.folder, "totals.csv"), `date;total\n${days.map((day) => `${day};0`).join("\n")}\n`);
    await page.selectOption(".reconcile select", "contact-centre");
    await page.waitForSelector(".reconcile-what label:has-text('Appel')");
    await page.setInputFiles("input[name=totals]", join(house.folder, "totals.csv"));
    await page.click(".reconcile [type=submit]");
    await page.waitForSelector(".reconcile tbody tr");
    const here = await page.locator(".reconcile tbody td:nth-child(3)").allTextContents();
    const stated = here.map((text) => Number(text.replace(/\D/g, "")));
    writeFileSync(join(house.folder, "totals.csv"), `date;total\n${days.map((day, i) => `${day};${stated[i]}`).join("\n")}\n`);
    await page.setInputFiles("input[name=totals]", join(house.folder, "totals.csv"));
    await page.click(".reconcile [type=submit]");
    await page.waitForSelector("text=Les totaux concordent.");
    writeFileSync(join(house.folder, "totals.csv"), `date;total\n2025-03-02;12\n${days[1]};${stated[1] + 1}\n`);
    await page.setInputFiles("input[name=totals]", join(house.folder, "totals.csv"));
    await page.click(".reconcile [type=submit]");
    await page.waitForSelector("td:has-text('Rien de ce jour')");
    await page.waitForSelector("td:has-text('Ni le fuseau')");
    expect((await axe(page)).length === 0, String(await axe(page)));
    await visit(page, "/data/audit");
    await page.fill("input[name=action]", "key create");
    await page.click(".comparing [type=submit]");
    await page.waitForFunction(() => [...document.querySelectorAll("tbody td:nth-child(3)")].every((one) => one.textContent === "Clé d'écriture créée"));
    expect((await page.getAttribute(".long-scroll table", "aria-rowcount")) === "2", "one key was made");
    await page.click("tbody .row-button");
    expect((await page.textContent(".audit-whole")).includes("key create"), "all of it can be read");
    await visit(page, "/data/audit");
    const acts = await page.locator("tbody td:nth-child(3)").allTextContents();
    expect(acts.some((one) => one === "Connexion") && !acts.some((one) => one.includes("POST keys")), acts.join("; "));
    expect((await axe(page)).length === 0, String(await axe(page)));
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });

  await check("retention: a rule is looked at before it is made, changed, removed", async () => {
    const { page, context, troubles } = await visitor({ name: PRIVACY });
    await visit(page, "/data/retention");
    expect((await page.textContent(".retention .empty-title")) === "Aucune règle : tout est gardé", "the empty state");
    const look = async (days) => {
      await page.fill(".retention-form input[name=days]", days);
      await page.click(".retention-form [type=submit]");
      await page.waitForSelector(".retention-seen");
      return (await page.textContent(".retention-seen")).replace(/\s/g, " ");
    };
    await page.fill(".retention-form input[name=channel]", "web");
    expect(/n'effacerait rien/.test(await look("3650")), "nothing is ten years old");
    expect(/effacerait [\d ]+ événements/.test(await look("30")), "much is a month old");
    await look("3650");
    await page.click(".retention-seen .main");
    await page.waitForSelector(".retention tbody tr");
    expect(/du canal web.*3 650 jours/.test((await page.textContent(".retention tbody tr")).replace(/\s/g, " ")), await page.textContent(".retention tbody tr"));
    await page.click(".retention tbody tr .acts > button");
    await look("3000");
    await page.click(".retention-seen .main");
    await page.waitForFunction(() => /3.000 jours/.test(document.querySelector(".retention tbody")?.textContent) && document.querySelectorAll(".retention tbody tr").length === 1);
    expect((await axe(page)).length === 0, String(await axe(page)));
    await page.getByRole("button", { name: /^Supprimer/ }).click();
    await page.click(".sure .danger");
    await page.waitForSelector(".retention .empty-title");
    await context.close();
    expect(troubles.length === 0, troubles.join("\n"));
  });

  await check("retention: two rules are applied at once, and the answer has a line for each", async () => {
    const { page, context, troubles } = await visitor({ name: PRIVACY });
    let gone = 0; // nothing goes from the house that the other checks read: the server's part is played
    const rule = (id) => ({ id, source: "", channel: "web", activity: "", keep: `${id}000d`, created: "2025-01-01T00:00:00Z", run: null, gone });
    const run = (id) => ({ id, events: gone === 0 ? 7 : 0, oldest: "2024-01-01T00:00:00Z" });
    const lines = (make) => (route) => route.fulfill({ contentType: "application/x-ndjson", body: [1, 2].map((id) => `${JSON.stringify(make(id))}\n`).join("") });
    await page.route("**/api/v1/retention", lines(rule));
    await page.route("**/api/v1/retention/preview*", lines(run));
    await page.route("**/api/v1/retention/run", (route) => { gone = 7; return lines(run)(route); });
    await visit(page, "/data/retention");
    await page.locator(".retention .table-more button").click();
    await page.click(".retention .table-more .danger");
    await page.waitForFunction(() => document.querySelector(".retention .table-more") === null);
    await context.close();
    expect(troubles.length === 0, troubles.join("\n"));
  });

  await check("retention: who may not sees none of it", async () => {
    const analyst = await visitor();
    await visit(analyst.page, "/data/retention");
    expect((await analyst.page.textContent(".empty-title")) === "Cette page n'est pas ouverte à votre rôle", "told so");
    await analyst.context.close();
  });

  await check("users, tokens: made, given another role, locked, a second factor; what is secret is shown once", async () => {
    const { page, context, troubles } = await visitor({ name: ADMINISTRATOR });
    await visit(page, "/data/doors");
    await page.fill(".users input[name=name]", "camille");
    await page.click(".users [type=submit]");
    const password = await page.textContent(".users .once code");
    expect(password.length >= 12, "a first password");
    const row = page.locator(".users tbody tr", { hasText: "camille" });
    await row.locator("select").selectOption("supervisor");
    await page.waitForFunction(() => [...document.querySelectorAll(".users tbody tr")].find((one) => one.textContent.includes("camille")).querySelector("select").value === "supervisor");
    await row.getByRole("button", { name: "Activer" }).click();
    await page.waitForFunction(() => /^([A-Z2-7]{4} ?){8}$/.test(document.querySelector(".users .once code")?.textContent));
    await row.getByRole("button", { name: /^Retirer/ }).waitFor();
    await row.getByRole("button", { name: /^Bloquer/ }).click();
    await row.locator(".sure .danger").click();
    await row.getByRole("button", { name: /^Débloquer/ }).waitFor();
    const other = await visitor({ isKnown: false });
    await other.page.goto("/");
    await enter(other.page, password, "camille");
    await other.page.waitForSelector(".door-problem");
    await other.context.close();
    await page.fill(".users input[name=name]", "camille");
    await page.click(".users [type=submit]");
    await page.waitForSelector(".users .door-problem");
    troubles.length = 0; // who is there already cannot be made: 409
    await page.fill(".tokens input[name=name]", "tableau de bord");
    await page.click(".tokens [type=submit]");
    const token = await page.textContent(".tokens .once code");
    const asks = () => fetch(`${house.url}/api/v1/status`, { headers: { Authorization: `Bearer ${token}` } }).then((answer) => answer.status);
    expect((await asks()) === 200, "the token opens");
    await page.locator(".tokens tbody tr", { hasText: "tableau de bord" }).getByRole("button", { name: /^Révoquer/ }).click();
    await page.click(".tokens .sure .danger");
    await page.waitForFunction(() => document.querySelector(".tokens tbody").textContent.includes("révoquée le"));
    expect((await asks()) === 401, "and no longer");
    expect((await axe(page)).length === 0, String(await axe(page)));
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });

  for (const [language, scheme] of [["fr", "light"], ["en", "dark"]])
    await check(`account ${language} ${scheme}: one's own password, second factor and sessions, by keyboard, faults told at their fields`, async () => {
      const name = `sacha-${language}`;
      const first = house.ariane("user", "create", name, "--role", "agent").trim();
      const second = "un autre fil, plus long encore";
      const { page, context, troubles } = await visitor({ language, scheme, isKnown: false });
      const other = await visitor({ language, isKnown: false });
      for (const one of [page, other.page]) {
        await one.goto("/");
        await enter(one, first, name);
        await one.waitForSelector("#main h1");
      }
      troubles.length = 0; // who was not known was told so: 401
      await page.locator(".rail-end a").focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector(".account-sessions tbody tr");
      expect((await page.locator(".account-sessions tbody tr").count()) === 2, "two browsers");
      const looksRight = async (where) => {
        expect((await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0, `${where} is too wide`);
        const faults = await axe(page);
        expect(faults.length === 0, `${where}: ${faults.join("\n")}`);
        if (asked.screenshots) await page.screenshot({ path: join(asked.screenshots, `account-${where}-${language}${scheme === "dark" ? "-dark" : ""}.png`), fullPage: true });
      };
      /** Types into the fields of a form from the first on, as the Tab key goes, and sends it. */
      const send = async (form, ...texts) => {
        await page.locator(`${form} input:not([hidden])`).first().focus();
        for (const [i, text] of texts.entries()) {
          if (i > 0) await page.keyboard.press("Tab");
          await page.keyboard.insertText(text);
        }
        await page.keyboard.press("Enter");
      };
      /** The field that is wrong has the focus, and its fault for a description. */
      const faultAt = async (form, field) => {
        await page.waitForSelector(`${form} input[name=${field}][aria-invalid=true]:focus`);
        const told = await page.evaluate((selector) => document.getElementById(document.querySelector(selector).getAttribute("aria-describedby")).textContent, `${form} input[name=${field}]`);
        expect(told.length > 5, `${field}: what is wrong is told`);
        for (const input of await page.locator(`${form} input:not([hidden])`).all()) await input.fill("");
      };
      await send(".account-password", first, second, "autre chose");
      await faultAt(".account-password", "again");
      await send(".account-password", "pas le bon du tout", second, second);
      await faultAt(".account-password", "password");
      await send(".account-password", first, second, second);
      await page.waitForFunction(() => document.querySelector(".account-password [role=status]").textContent !== "");
      await page.waitForFunction(() => document.querySelectorAll(".account-sessions tbody tr").length === 1);
      await other.page.goto("/");
      await enter(other.page, second, name);
      await other.page.waitForSelector("#main h1");

      await send(".account-factor", "pas le bon du tout");
      await faultAt(".account-factor", "password");
      await send(".account-factor", second);
      await page.waitForSelector(".account-factor input[name=code]:focus");
      const secret = (await page.textContent(".account-factor .once code")).replaceAll(" ", "");
      expect((await page.getAttribute(".account-factor .once a", "href")) === `otpauth://totp/Ariane:${name}?secret=${secret}&issuer=Ariane`, "what an app opens");
      await looksRight("factor");
      const code = (steps) => {
        const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
        const step = Buffer.alloc(8);
        step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
        const mac = createHmac("sha1", Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))).update(step).digest();
        return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
      };
      await send(".account-factor", "1");
      await faultAt(".account-factor", "code");
      await send(".account-factor", code(0));
      await page.waitForFunction(() => document.querySelectorAll(".account-factor input").length === 2);
      await page.waitForSelector(".account-factor > [role=status]:focus");
      await other.page.goto("/");
      await enter(other.page, second, name);
      await other.page.waitForSelector("input[name=code]");
      await other.page.fill("input[name=code]", code(1));
      await other.page.keyboard.press("Enter");
      await other.page.waitForSelector("#main h1");
      await send(".account-factor");
      await faultAt(".account-factor", "password");
      await send(".account-factor", second);
      await page.waitForFunction(() => document.querySelectorAll(".account-factor input").length === 1);
      await page.waitForSelector(".account-factor > [role=status]:focus");

      await other.page.goto("/");
      await enter(other.page, second, name);
      await other.page.waitForSelector("#main h1");
      await page.reload();
      await page.waitForFunction(() => document.querySelectorAll(".account-sessions tbody tr").length === 2);
      await looksRight("sessions");
      await page.locator(".account-sessions tbody button").focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelectorAll(".account-sessions tbody tr").length === 1);
      await page.waitForSelector(".account-sessions h2:focus");
      await other.page.goto("/");
      await other.page.waitForSelector(".door input[name=name]");
      expect(troubles.every((one) => /40[039]/.test(one)), troubles.join("\n"));
      await other.context.close();
      await context.close();
    });

  await check("live: what comes in is told, and shown when asked for", async () => {
    const { page, context, troubles } = await visitor();
    await visit(page, "/data");
    const count = async () => Number((await page.textContent(".figure-value")).replace(/\D/g, ""));
    const before = await count();
    const file = join(house.folder, "late.csv");
    writeFileSync(file, "when,client,action,canal\n2026-12-31 10:00:00,L1,desk.visit,store\n");
    house.ariane("import", "--time", "when", "--activity", "action", "--customer", "customer=client", "--channel", "canal", file);
    await page.waitForSelector(".news button");
    await page.waitForFunction((n) => Number(document.querySelector(".figure-value").textContent.replace(/\D/g, "")) > n, before);
    await page.click(".news button");
    await page.waitForSelector(".news button", { state: "detached" });
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });
}

await check("address: what was filtered comes again with the link", async () => {
  const { page, context } = await visitor();
  await visit(page, "/journeys/map?view=contacts");
  await page.click(".adding summary");
  await page.selectOption(".adding select", "with");
  await page.fill(".adding input", "chat:");
  await page.click(".adding button");
  await page.waitForSelector(".in-force li");
  await settled(page);
  const total = await page.textContent(".totals p");
  const other = await context.newPage();
  await other.goto(page.url());
  await settled(other);
  expect((await other.textContent(".totals p")) === total, "the same figures");
  await page.click(".in-force button");
  await settled(page);
  expect((await page.textContent(".totals p")) !== total, "without the filter others");
  await context.close();
});

await check("simulator: the example of a million subscribers, and the company's own volumes", async () => {
  const { page, context } = await visitor({ language: "en" });
  await visit(page, "/costs");
  const figures = async () => (await page.locator(".simulator .figure-value").allTextContents()).map((text) => text.replace(/[^\d]/g, ""));
  expect(String(await figures()) === "5840000,4692000,1148000", `${await figures()}`);
  await page.click(".simulator .choice button:last-child");
  await settled(page);
  const own = await figures();
  expect(Number(own[0]) > 0 && Number(own[0]) < 5840000 && Number(own[0]) - Number(own[1]) === Number(own[2]), `${own}`);
  await page.fill(".cost-table input", "10");
  await page.waitForURL(/cost\.[a-z]+=10/);
  await context.close();
});

await check("keyboard: palette to a page, to a customer, through the map", async () => {
  const { page, context } = await visitor();
  await visit(page, "/");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("cout");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/costs");
  await settled(page);
  const customer = decodeURIComponent((await someone(page)).split("?")[0].replace("/customers/", ""));
  await page.keyboard.press("Control+k");
  await page.keyboard.type(customer);
  await page.waitForSelector(`.palette li:has-text("${customer}")`);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/customers/**");
  await visit(page, "/journeys/map?view=contacts");
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.classList.contains("station"))) break;
  }
  await page.keyboard.press("Enter");
  await page.waitForSelector(".behind");
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector(".palette"));
  await page.focus(".behind .close");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector(".behind") && document.activeElement?.classList.contains("station"));
  await context.close();
});

await check("filters: names and values that exist are offered; what is in force is told in words", async () => {
  const { page, context, troubles } = await visitor();
  await visit(page, "/journeys/map?view=contacts&with=chat:");
  expect((await page.textContent(".in-force")).includes("Tchat"), await page.textContent(".in-force"));
  await page.click(".adding summary >> nth=0");
  await page.fill(".adding input[name=value]", "Android");
  await page.waitForSelector("datalist option[value='context.os.name=Android']", { state: "attached" });
  await page.fill(".adding input[name=value]", "context.os.name=");
  await page.waitForSelector("datalist option[value='context.os.name=iOS']", { state: "attached" });
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

await check("palette: any page and action, by what else people call it, without accents", async () => {
  const { page, context } = await visitor({ name: ADMINISTRATOR });
  await visit(page, "/");
  for (const [typed, found] of [["utilisateurs", "Clés et utilisateurs"], ["reglages retention", ""], ["sign out", "Se déconnecter"], ["csv", "Exporter en CSV"], ["variantes", "Variantes"], ["qui a lu", "Journal d'audit"]]) {
    await page.keyboard.press("Control+k");
    await page.fill(".palette input", typed);
    if (found) await page.waitForSelector(`.palette li:has-text("${found}")`);
    else await page.waitForSelector(".palette-none");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector(".palette"));
  }
  await context.close();
});

await check("tables leave as CSV, pictures as SVG", async () => {
  const { page, context } = await visitor();
  await visit(page, "/journeys/map?view=contacts");
  const [csv] = await Promise.all([page.waitForEvent("download"), page.click(".table .quiet")]);
  const lines = readFileSync(await csv.path(), "utf8").trim().split("\r\n");
  expect(lines.length === 1 + (await page.locator("tbody tr").count()), `${lines.length} lines`);
  expect(lines[0].includes("Durée médiane (s)") && /;\d+,\d{1,6};/.test(lines[1]), `as French spreadsheets read it: ${lines[0]} / ${lines[1]}`);
  const [svg] = await Promise.all([page.waitForEvent("download"), page.click("text=SVG")]);
  const picture = readFileSync(await svg.path(), "utf8");
  expect(picture.startsWith("<svg") && picture.includes("Appel résolu") && !picture.includes("class=") && picture.includes("paint-order"), "a picture that stands alone");
  await context.close();
});

if (!asked.url)
  await check("import: a file dropped on the page is previewed, read, and counted once", async () => {
    const { page, context } = await visitor();
    const file = join(house.folder, "visits.csv");
    const rows = Array.from({ length: 50 }, (_, i) => `2026-12-30 10:${String(i).padStart(2, "0")}:00,C${i},desk.visit,store`);
    writeFileSync(file, `when,client,action,canal\n${rows.join("\n")}\n`);
    await visit(page, "/data");
    const count = async () => Number((await page.textContent(".figure-value")).replace(/[^\d]/g, ""));
    const before = await count();
    const drop = async () => {
      const transfer = await page.evaluateHandle(async (text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], "visits.csv", { type: "text/csv" }));
        return data;
      }, readFileSync(file, "utf8"));
      await page.dispatchEvent(".drop", "drop", { dataTransfer: transfer });
      await page.waitForSelector(".import-look .import-rows tbody tr");
      await page.check(".import-look .check input");
      for (const [i, column] of ["when", "action", "client", "canal"].entries())
        await page.selectOption(`.check + .import-roles label:nth-child(${i + 1}) select`, column);
      await page.waitForSelector(".import-dry td:has-text('desk.visit')"); // what would come of it
      await page.click(".import-look .main");
      await page.waitForSelector(".import-done");
    };
    await drop();
    await settled(page);
    await page.waitForFunction((n) => Number(document.querySelector(".figure-value").textContent.replace(/[^\d]/g, "")) === n, before + 50);
    await page.reload();
    await settled(page);
    await drop();
    expect(/50 déjà là/.test((await page.textContent(".import-done")).replace(/\s/g, " ")), await page.textContent(".import-done"));
    await context.close();
  });

if (!asked.url)
  await check("import: what is refused says where and why, and comes back to be mended; a picture asks for its format", async () => {
    const { page, context } = await visitor();
    await visit(page, "/data");
    writeFileSync(join(house.folder, "bad.csv"), "time,customer,activity\n2026-12-30 10:00:00,C1,desk.visit\nyesterday,C2,desk.visit\n");
    await page.setInputFiles(".drop input", join(house.folder, "bad.csv"));
    await page.waitForSelector(".import-dry .refusals td:has-text('yesterday')");
    await page.click(".import-look .main");
    await page.waitForSelector(".import-done");
    const told = (await page.textContent(".import-done")).replace(/\s/g, " ");
    expect(/2 lignes lues, 1 nouvelle, 0 déjà là, 1 refusée\./.test(told), told);
    expect((await page.locator(".refusals tbody td").first().textContent()) === "3", "its line");
    expect((await axe(page)).length === 0, String(await axe(page)));
    const [rows] = await Promise.all([page.waitForEvent("download"), page.click(".refusals a >> nth=0")]);
    expect(readFileSync(await rows.path(), "utf8") === "time,customer,activity\nyesterday,C2,desk.visit\n", "the row, behind the head");
    writeFileSync(join(house.folder, "photo.png"), Buffer.from([137, 80, 78, 71, 0, 1, 2, 3, 0, 0]));
    await page.setInputFiles(".drop input", join(house.folder, "photo.png"));
    await page.waitForSelector(".import-look .failed");
    const problem = await page.textContent(".import-look .failed");
    expect(problem.includes("photo.png") && !problem.includes("/") && !problem.includes("--"), problem);
    expect((await page.locator(".import-roles select option").count()) === 7, "a format may be chosen");
    await context.close();
  });

await check("costs: each reason over all channels; with what tells none, the sum is that of the channels", async () => {
  const { page, context, troubles } = await visitor();
  await visit(page, "/costs");
  await page.waitForSelector(".by-reason tbody tr");
  const figure = (text) => Number(text.replace(/[^\d]/g, ""));
  const rows = await page.locator(".by-reason tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
  const sum = rows.reduce((total, row) => total + figure(row[2]), 0);
  const whole = figure(await page.textContent(".cost-table tfoot td:nth-child(4)"));
  expect(Math.abs(sum - whole) <= rows.length, `${sum} € by reason, ${whole} € by channel`);
  expect(rows.some((row) => /Tchat/.test(row[4])) && rows.some((row) => /Courriel/.test(row[4])), "chats and mails have reasons too");
  expect(rows.at(-1)[0] === "non renseigné" && /Sans motif : .*Réseaux sociaux/.test((await page.textContent(".by-reason .account")).replace(/[\u00a0\u202f]/g, " ")), "what tells none is told");
  expect(troubles.length === 0, troubles.join("\n"));
  await context.close();
});

if (!asked.url) {
  await check("costs: reasons are told where a company's own document says", async () => {
    const { page, context, troubles } = await visitor();
    const keep = async (document) => {
      await visit(page, "/journeys/metrics?counting=all");
      await page.click(".counting summary");
      await page.locator(".counting textarea").fill(JSON.stringify({ version: 1, ...document }));
      await page.click(".counting button[type=submit]");
      await page.waitForFunction(() => /counting=Nos/.test(location.search));
      await settled(page);
    };
    await keep({ reasons: [{ channel: "store", human: true, solves: true, attribute: "Motif", events: "store.visit" }] });
    await visit(page, "/costs");
    await page.waitForSelector(".by-reason tbody tr");
    const rows = await page.locator(".by-reason tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
    const told = rows.slice(0, -1);
    expect(told.length >= 3 && told.every((row) => row[4].startsWith("Boutique") && !row[4].includes("·")), told.map((row) => row[4]).join(" | "));
    const ways = await page.locator(".whatif select").first().locator("option").count();
    expect(ways > 3, "the reasons to choose from are those of shops");
    await keep({});
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });
}

await check("customer: the last events stand before the whole thread is there", async () => {
  const { page, context, troubles } = await visitor();
  const customer = (await someone(page)).split("?")[0];
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/thread\?/, async (route) => { await held; await route.continue(); });
  await page.goto(customer);
  await page.waitForSelector(".thread .group .group-head");
  expect((await page.locator(".thread [aria-busy=true]").count()) === 1, "and say that more comes");
  const brief = await page.locator(".thread .event-name, .thread .group-names").count();
  expect(brief > 0, "by channel and activity");
  expect((await axe(page)).length === 0, String(await axe(page)));
  release();
  await settled(page);
  expect((await page.locator(".thread .group").count()) > 0 && troubles.length === 0, troubles.join("\n"));
  await context.close();
});

await check("print: one page of the simulator", async () => {
  const { page, context } = await visitor();
  await visit(page, "/costs");
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
  const count = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length;
  expect(count === 1, `${count} pages`);
  await context.close();
});

if (!asked.url) {
  // Last: they change what everybody sees.
  await check("identity rules: a change is previewed, and changes nothing before it is brought into force", async () => {
    const { page, context, troubles } = await visitor({ name: PRIVACY });
    await visit(page, "/data/identity");
    await page.waitForSelector(".rules-table tbody tr");
    const customers = async () => (await (await page.request.get("/api/v1/status")).json()).customers;
    const before = await customers();
    await page.getByLabel("Usage, email", { exact: true }).selectOption("shared");
    await page.getByText("Voir ce qui changerait").click();
    await page.waitForSelector(".rules-seen");
    expect(/[1-9]\d* séparation/.test((await page.textContent(".rules-seen")).replace(/\s/g, " ")), await page.textContent(".rules-seen"));
    expect((await page.locator(".rules-examples a").count()) > 0, "examples");
    expect((await customers()) === before, "nothing changed yet");
    expect((await axe(page)).length === 0, String(await axe(page)));
    await page.click("details > summary:has-text('document entier')");
    await page.fill(".rules-text", "{");
    await page.getByText("Voir ce qui changerait").click();
    await page.waitForSelector(".rules .door-problem");
    troubles.length = 0; // the refusal is a 400
    await page.getByText("Revenir aux règles en vigueur").click();
    await page.getByLabel("Usage, email", { exact: true }).selectOption("shared");
    await page.getByText("Voir ce qui changerait").click();
    await page.getByText("Mettre en vigueur").click();
    await page.waitForFunction(() => document.querySelector(".rules")?.textContent.includes("Ce sont les règles en vigueur"));
    expect((await customers()) > before, "customers are split");
    await page.getByLabel("Usage, email", { exact: true }).selectOption("identifies");
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });

  await check("lists: a hundred thousand rows: few are drawn, any place is reached, the server sorts, filters keep the total", async () => {
    const { page, context, troubles } = await visitor();
    const rows = Array.from({ length: LONG }, (_, i) => `2025-${String(1 + (i % 12)).padStart(2, "0")}-${String(1 + (i % 28)).padStart(2, "0")} 10:${String(i % 60).padStart(2, "0")}:00,LONG${i},desk.long,store`);
    const file = join(house.folder, "long.csv");
    writeFileSync(file, `when,client,action,canal\n${rows.join("\n")}\n`);
    house.ariane("import", "--time", "when", "--activity", "action", "--customer", "customer=client", "--channel", "canal", file);
    await visit(page, "/journeys/customers?view=all&activity=desk.long");
    const table = page.locator(".long-scroll table");
    expect((await table.getAttribute("aria-rowcount")) === String(LONG + 1), `${await table.getAttribute("aria-rowcount")} rows`);
    expect((await table.locator("tr").count()) < 100, "only those in sight are drawn");
    const frames = await page.evaluate(async () => {
      const frame = document.querySelector(".long-scroll");
      const took = [];
      for (let i = 1; i <= 60; i++) {
        const begun = performance.now();
        frame.scrollTop = (frame.scrollHeight * i) / 60;
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        took.push(performance.now() - begun);
      }
      return took.sort((a, b) => a - b);
    });
    console.log(`     scrolling through ${LONG} rows: two frames take ${frames[30].toFixed(0)} ms in the middle, ${frames[59].toFixed(0)} ms at most`);
    await page.waitForFunction((last) => document.querySelector(`tr[aria-rowindex="${last}"] a`), LONG + 1);
    expect((await table.locator("tr").count()) < 100, "still few");
    const firstOf = () => page.waitForFunction(() => document.querySelector('tr[aria-rowindex="2"] td:nth-child(3)')?.textContent).then((one) => one.jsonValue());
    await page.evaluate(() => document.querySelector(".long-scroll").scrollTo({ top: 0 }));
    const latest = await firstOf();
    await page.click(".long-scroll thead th:nth-child(3) button");
    await page.waitForURL(/order=earliest/);
    await settled(page);
    await page.waitForFunction((was) => document.querySelector('tr[aria-rowindex="2"] td:nth-child(3)')?.textContent !== was, latest);
    expect(/1 janv\. 2025/.test(await firstOf()) && /28 .*2025/.test(latest), `${latest}, then ${await firstOf()}`);
    const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
    const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length;
    expect(sheets <= 4, `${sheets} pages on paper`);
    const [csv] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.click(".long .quiet")]);
    expect(readFileSync(await csv.path(), "utf8").trim().split("\r\n").length === LONG + 1, "all rows leave as CSV");
    await visit(page, "/data/events");
    await page.fill("input[name=activity]", "desk.long");
    await page.click(".comparing [type=submit]");
    await page.waitForFunction(() => [...document.querySelectorAll(".long-scroll td:nth-child(3)")].length > 10 && [...document.querySelectorAll(".long-scroll tr:not([data-coming=true]) td:nth-child(3)")].every((one) => one.textContent === "desk.long"));
    for (const most of [201, 401, 601]) {
      await page.evaluate(() => { const frame = document.querySelector(".long-scroll"); frame.scrollTop = frame.scrollHeight; });
      await page.waitForFunction((n) => Number(document.querySelector(".long-scroll table").getAttribute("aria-rowcount")) > n, most);
    }
    expect((await page.locator(".long-scroll tr").count()) < 100, "few of the events");
    expect(troubles.length === 0, troubles.join("\n"));
    await context.close();
  });
}

await browser.close();
await house.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
