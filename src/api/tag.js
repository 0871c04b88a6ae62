/* Ariane's tag: what happens on a page, for those who use no SDK.  docs/capture.md tells all of it.
 *
 *   <script src="https://ariane.example/tag.js" data-key="ak_..." async></script>
 *
 * Nothing is stored or sent before consent: ariane.consent(true), or data-consent="given" where the
 * site has it already.  data-consent="exempt": page views alone, by an id that ends with the tab.
 * Do Not Track and Global Privacy Control: nothing at all.  Values of fields are never read.
 */
(function () {
  "use strict";
  var script = document.currentScript, data = script.dataset, host = new URL(script.src).origin;
  var LIFE = 34164e6; // 13 months: the CNIL's longest for a tracer; it is not prolonged
  var RAGE_CLICKS = 3, RAGE_MS = 1000, WAIT_MS = 1000, QUEUE_MAX = 100, ERRORS_MAX = 10;
  var refused = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;
  var mode = refused ? "no" : data.consent === "given" || data.consent === "exempt" ? data.consent : "asked";
  var queue = [], early = [], timer = 0, errors = 0, user, clicks = [], forms = new Set(), begun = Date.now();
  var api = { sent: 0 };

  function random() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (b) { return (b + 256).toString(16).slice(1); }).join("");
  }

  function stored(store, key, make) {
    try {
      var kept = JSON.parse(store.getItem(key) || "null");
      if (kept && kept.until > Date.now()) return kept.id;
      var fresh = { id: make(), until: Date.now() + LIFE };
      store.setItem(key, JSON.stringify(fresh));
      return fresh.id;
    } catch (_) { return api.id || (api.id = make()); } // no storage: as long as the page
  }

  function anonymous() {
    return stored(mode === "given" ? localStorage : sessionStorage, "ariane", random);
  }

  // The address without what follows "?": parameters often name people.
  function page() {
    var out = { path: location.pathname, url: location.origin + location.pathname, title: document.title };
    if (document.referrer) out.referrer = document.referrer.split("?")[0];
    var campaign = {};
    new URLSearchParams(location.search).forEach(function (value, name) {
      if (name.indexOf("utm_") === 0) campaign[name.slice(4)] = value;
    });
    return Object.keys(campaign).length ? { page: out, campaign: campaign } : { page: out };
  }

  function flush(leaving) {
    clearTimeout(timer);
    timer = 0;
    if (!queue.length) return;
    var batch = queue.splice(0), body = JSON.stringify({ writeKey: data.key, sentAt: new Date().toISOString(), batch: batch });
    if (leaving && navigator.sendBeacon && navigator.sendBeacon(host + "/v1/b", body)) { api.sent += batch.length; return; }
    fetch(host + "/v1/b", { method: "POST", body: body, keepalive: true, credentials: "omit" }).then(function (answer) {
      if (answer.ok) api.sent += batch.length;
      else if (answer.status === 429 || answer.status >= 500) throw answer;
    }).catch(function () { // the same ids again: Ariane counts each once
      queue = batch.concat(queue).slice(0, QUEUE_MAX);
      if (!timer) timer = setTimeout(flush, 10 * WAIT_MS);
    });
  }

  function add(type, name, properties, traits) {
    if (mode === "no" || (mode === "exempt" && type !== "page")) return;
    var call = { type: type, messageId: "tag-" + random(), timestamp: new Date().toISOString(), channel: "browser", context: page() };
    if (type === "track") call.event = name; else if (name) call.name = name;
    if (properties) call.properties = properties;
    if (traits) call.traits = traits;
    if (mode === "asked") { if (early.length < QUEUE_MAX) early.push(call); return; }
    enqueue(call);
  }

  function enqueue(call) {
    call.anonymousId = anonymous();
    if (user && mode === "given") call.userId = user;
    if (queue.length < QUEUE_MAX) queue.push(call);
    if (!timer) timer = setTimeout(flush, WAIT_MS);
  }

  // What something is called on the page: never what was typed into it.
  function label(element) {
    var text = element.getAttribute("data-ariane") || element.getAttribute("aria-label") || element.id ||
      (/^(a|button)$/i.test(element.tagName) ? element.textContent : "") || element.name || "";
    return text.trim().replace(/\s+/g, " ").slice(0, 80);
  }

  function onClick(event) {
    var target = event.target.closest && event.target.closest("a,button,[role=button],input[type=submit],[data-ariane]");
    var now = Date.now();
    clicks = clicks.filter(function (c) { return now - c.at < RAGE_MS && c.on === event.target; }).concat({ at: now, on: event.target });
    if (clicks.length === RAGE_CLICKS) add("track", "Rage Clicked", { element: target ? label(target) : event.target.tagName.toLowerCase() });
    if (target) add("track", "Clicked", { element: label(target), tag: target.tagName.toLowerCase() });
  }

  function form(event, what) {
    var element = event.target.form || event.target;
    if (!(element instanceof HTMLFormElement)) return;
    if (what === "begun" && !forms.has(element)) forms.add(element);
    if (what === "sent") { forms.delete(element); add("track", "Form Submitted", { form: label(element) }); }
  }

  function onError(event) {
    if (errors++ >= ERRORS_MAX) return;
    // The name of the error and its place: a message may quote what people typed.
    var e = event.error || event.reason, at = event.filename ? event.filename.split("?")[0] + ":" + event.lineno : undefined;
    add("track", "Error Shown", { error: e && e.name ? e.name : "Error", at: at });
  }

  function onLeave() {
    forms.forEach(function (f) { add("track", "Form Abandoned", { form: label(f) }); });
    forms.clear();
    if (mode === "given") add("track", "Page Left", { seconds: Math.round((Date.now() - begun) / 1000) });
    flush(true);
  }

  api.consent = function (given) {
    if (refused) return;
    mode = given ? "given" : "no";
    if (given) early.splice(0).forEach(enqueue);
    else { queue = []; early = []; try { localStorage.removeItem("ariane"); sessionStorage.removeItem("ariane"); } catch (_) { /* none */ } }
  };
  api.identify = function (id, traits) { user = String(id); add("identify", "", undefined, traits || {}); };
  api.track = function (name, properties) { add("track", String(name), properties); };
  api.page = function (name) { begun = Date.now(); add("page", name || document.title); };
  api.flush = flush;
  window.ariane = api;

  addEventListener("click", onClick, true);
  addEventListener("input", function (e) { form(e, "begun"); }, true);
  addEventListener("submit", function (e) { form(e, "sent"); }, true);
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onError);
  addEventListener("pagehide", onLeave);
  api.page();
})();
