/* Logs that cannot be sent stay on the phone until they are: keyed by who wrote them, and never sent behind anyone's back. */
"use strict";

const body = document.body;
const owner = body.dataset.keepFor;
const LOG = `vpc-log:${owner}:`;
const FORM = `vpc-form:${owner}:`;
const PATIENCE = 10_000;
// The phone's clock may be wrong: times are told by the server's.
const ahead = body.dataset.now ? Number(body.dataset.now) * 1000 - Date.now() : 0;
// What a form says of itself and not of the session.
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "next"]);

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

function now() {
  return new Date(Date.now() + ahead);
}

function clock(moment) {
  return new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Stockholm" })
    .format(moment).replace(":", ".");
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function keptLogs() {
  return Object.keys(localStorage).filter((name) => name.startsWith(LOG)).map(read)
    .filter((log) => log && log.key).sort((a, b) => a.at.localeCompare(b.at));
}

function fieldsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => !NOT_KEPT.has(name) && typeof value === "string");
}

function logOf(form) {
  const fields = fieldsOf(form);
  const said = Object.fromEntries(fields);
  return { key: said.key || said.seen, url: form.dataset.keepUrl, about: form.dataset.keep, at: now().toISOString(), fields };
}

/* A form for several sessions is kept as one log for each that is ticked. */
function logsOf(form) {
  if (!("keepEach" in form.dataset)) return [logOf(form)];
  return $$("input[data-keep]:checked", form).map(({ dataset }) => ({
    key: dataset.key, url: dataset.keepUrl, about: dataset.keep, at: now().toISOString(),
    fields: [["key", dataset.key], ["held_on", dataset.heldOn], ["version", dataset.version]],
  }));
}

function keep(logs) {
  if (logs.every((log) => write(LOG + log.key, log))) return true;
  forget(logs);
  return false;
}

function forget(logs) {
  for (const log of logs) localStorage.removeItem(LOG + log.key);
}

/* What is logged needs no draft any more. */
function forgetForms(logs) {
  for (const { url } of logs) localStorage.removeItem(FORM + url.match(/[0-9a-f-]{36}/)?.[0]);
}

function forgetAll(...kinds) {
  for (const name of Object.keys(localStorage)) if (kinds.some((kind) => name.startsWith(kind))) localStorage.removeItem(name);
}

/* The bar */

function say(text, { loud = true, focus = false } = {}) {
  const bar = $("#kept-bar");
  bar.hidden = false;
  bar.classList.toggle("draft-bar-quiet", !loud);
  $("p", bar).textContent = text;
  if (focus) bar.focus();
}

function showBar({ focus = false, because = "" } = {}) {
  const bar = $("#kept-bar");
  if (!bar) return;
  const count = keptLogs().length;
  bar.hidden = count === 0;
  $("a", bar).hidden = count === 0;
  if (count === 0) return;
  const text = count === 1 ? bar.dataset.one : bar.dataset.many.replace("{n}", count);
  say(because ? `${because} ${text}` : text, { focus });
}

/* Sending what somebody just wrote */

async function post(form) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: new URLSearchParams([...new FormData(form)]), credentials: "same-origin",
      headers: { "X-Kept-On-Phone": "1", Accept: "application/json" }, signal: stop.signal,
    });
    // Whoever has been signed out is sent on to the sign-in page, which answers well.
    const isOurs = answer.ok && !answer.redirected && (answer.headers.get("Content-Type") || "").startsWith("application/json");
    return isOurs ? { reached: true, ...(await answer.json()) } : { reached: false, away: answer.status < 500 };
  } catch {
    return { reached: false, away: false };
  } finally {
    clearTimeout(timer);
  }
}

async function submit(event) {
  const form = event.target;
  if (!form.matches?.("form[data-keep], form[data-keep-each]")) return;
  event.preventDefault();
  if (form.dataset.isBeingSent) return;
  form.dataset.isBeingSent = "1";
  const logs = logsOf(form);
  const isKept = keep(logs);
  const answer = await post(form);
  delete form.dataset.isBeingSent;
  if (!answer.reached) return notSent(form, isKept, answer.away);
  forget(logs);
  if (!answer.saved) return form.submit(); // the page says what is wrong, as without a script
  forgetForms(logs);
  goTo(new URL(answer.next, location.href));
}

/* The same page with another anchor is not loaded anew by itself; another page is loaded once. */
function goTo(next) {
  const isSamePage = next.pathname === location.pathname && next.search === location.search;
  location.assign(next);
  if (isSamePage) location.reload();
}

function notSent(form, isKept, isAway) {
  const bar = $("#kept-bar");
  if (!isKept) return say(bar.dataset.full, { focus: true });
  const several = form.closest("details.at-once");
  if (several) several.open = false;
  markKept();
  showBar({ focus: true, because: isAway ? bar.dataset.signedOut : bar.dataset.offline });
}

function mark(form, log) {
  const details = form.closest("details");
  if (!details) return;
  details.open = false;
  let note = $(".kept-note", details.parentElement);
  if (!note) {
    note = Object.assign(document.createElement("p"), { className: "kept-note" });
    details.after(note);
  }
  note.textContent = $("#kept-bar").dataset.here.replace("{time}", clock(new Date(log.at)));
}

function markKept() {
  for (const log of keptLogs()) {
    const form = $$("form[data-keep]").find((one) => one.dataset.keepUrl === log.url);
    if (form) mark(form, log);
  }
}

/* The full form: what is typed stays, though the browser is closed */

const formName = (form) => FORM + form.dataset.session;
const seenIn = ({ fields }) => Object.fromEntries(fields).seen;

function forgetForm(form) {
  localStorage.removeItem(formName(form));
}

/* The latest of what was typed and what is not sent. What was written of another log than the page shows would be saved
   over it unseen: such a draft is dropped, and a log that is not sent waits for its writer to choose, or mend it. */
function writtenIn(form) {
  const isOfThisLog = (one) => seenIn(one) === form.elements.seen.value;
  const isMended = location.hash === "#form-kept";
  const draft = read(formName(form));
  if (draft && !isOfThisLog(draft)) forgetForm(form);
  const waiting = keptLogs().filter((log) => log.url === form.dataset.keepUrl && (isMended || isOfThisLog(log)));
  return [...waiting, read(formName(form))].filter(Boolean).sort((a, b) => a.at.localeCompare(b.at)).pop();
}

function fill(form, fields) {
  const said = new Map();
  for (const [name, value] of fields) said.set(name, [...(said.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || NOT_KEPT.has(field.name) || ["version", "seen"].includes(field.name)) continue;
    const values = said.get(field.name) || [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
}

function keepForm(form) {
  const quiet = $("#form-kept");
  const first = fieldsOf(form);
  const found = "isBound" in form.dataset ? null : writtenIn(form);
  if (found) {
    fill(form, found.fields);
    tellKept(quiet, quiet.dataset.restored, when(found.at));
    const again = $("button", quiet);
    again.hidden = false;
    again.addEventListener("click", () => {
      fill(form, first);
      forgetForm(form);
      quiet.hidden = true;
    });
  }
  // At once: the page may be closed before the next key is pressed.
  form.addEventListener("input", () => {
    // Later than what was filled in, also where this page has read the server's clock a little late.
    const at = new Date(Math.max(now(), found ? Date.parse(found.at) + 1 : 0));
    const said = { at: at.toISOString(), fields: fieldsOf(form) };
    if (write(formName(form), said)) tellKept(quiet, quiet.dataset.kept, clock(at));
  });
}

function tellKept(quiet, text, time) {
  quiet.hidden = false;
  $("p", quiet).textContent = text.replace("{time}", time);
}

/* The page that sends */

function showList(list) {
  const done = $$("[data-kept-done]").map((one) => read(LOG + one.dataset.keptDone)).filter(Boolean);
  forget(done);
  forgetForms(done);
  const answered = new Set($$("[data-kept-choose]").map((one) => one.dataset.keptChoose));
  const logs = keptLogs().filter((log) => !answered.has(log.key));
  const rows = $("ul", list);
  rows.replaceChildren(...logs.map((log) => {
    const row = document.createElement("li");
    row.append(Object.assign(document.createElement("b"), { textContent: log.about }));
    row.append(document.createElement("br"), list.dataset.written.replace("{time}", when(log.at)));
    return row;
  }));
  list.hidden = logs.length === 0;
  $("#kept-none").hidden = logs.length > 0 || answered.size > 0 || $$("[data-kept-done]").length > 0;
  const button = $("button", list);
  button.textContent = logs.length === 1 ? button.dataset.one : button.dataset.many.replace("{n}", logs.length);
  $("[name=logs]", list).value = JSON.stringify(logs);
}

function when(at) {
  const moment = new Date(at);
  const day = new Intl.DateTimeFormat("sv-SE", { weekday: "short", day: "numeric", month: "short", timeZone: "Europe/Stockholm" });
  return `${day.format(moment)} ${clock(moment)}`;
}

/* Signing out */

function signOut(event) {
  const dialog = $("#kept-sign-out");
  if (!event.target.matches?.("form[data-sign-out]") || dialog.open) return;
  const count = keptLogs().length;
  if (count === 0) return forgetAll(FORM);
  event.preventDefault();
  $("h2", dialog).textContent = count === 1 ? dialog.dataset.one : dialog.dataset.many.replace("{n}", count);
  $("[data-remove]", dialog).onclick = () => {
    forgetAll(LOG, FORM);
    event.target.submit();
  };
  $("[data-stay]", dialog).onclick = () => dialog.close();
  dialog.showModal();
}

async function toSending(event) {
  event.preventDefault();
  const link = event.currentTarget;
  try {
    await fetch(link.href, { method: "HEAD", credentials: "same-origin", cache: "no-store" });
    location.assign(link.href);
  } catch {
    showBar({ focus: true, because: $("#kept-bar").dataset.offline });
  }
}

/* Plus and minus beside a count */

function addSteps(field) {
  const group = document.createElement("span");
  group.className = "counter";
  field.before(group);
  const step = (change, label) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-secondary step", textContent: change < 0 ? "−" : "+" });
    button.setAttribute("aria-label", `${label}: ${field.labels[0]?.textContent.trim() ?? ""}`);
    button.addEventListener("click", () => {
      field.value = Math.min(Math.max((parseInt(field.value, 10) || 0) + change, 0), 200);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return button;
  };
  group.append(step(-1, body.dataset.less), field, step(1, body.dataset.more));
}

$$("input[data-count]").forEach(addSteps);
if (owner) {
  document.addEventListener("submit", submit);
  document.addEventListener("submit", signOut);
  window.addEventListener("storage", () => showBar());
  $("#kept-bar a").addEventListener("click", toSending);
  $$("form[data-session]").forEach(keepForm);
  const list = $("#kept-list");
  if (list) showList(list);
  else {
    markKept();
    showBar();
  }
}
