/* Comforts that a page does without if it must: a film that plays in its place, a comment that survives a reload, and for
   staff a link from an article to its form. */

const PLAYERS = [
  [/^(?:www\.|m\.)?(?:youtube\.com|youtube-nocookie\.com)$/, (link) => link.searchParams.get("v") ?? /^\/(?:embed|shorts|live)\/([^/]+)/.exec(link.pathname)?.[1], youtube],
  [/^youtu\.be$/, (link) => link.pathname.slice(1).split("/")[0], youtube],
  [/^(?:www\.|player\.)?vimeo\.com$/, (link) => /(\d+)/.exec(link.pathname)?.[1], vimeo],
];

function youtube(film) {
  return `https://www.youtube-nocookie.com/embed/${encodeURIComponent(film)}?autoplay=1`;
}

function vimeo(film) {
  return `https://player.vimeo.com/video/${encodeURIComponent(film)}?autoplay=1&dnt=1`;
}

/* The address of the player for a film's address; nothing for a site that has none here. */
function player(address) {
  const link = new URL(address);
  for (const [host, film, embed] of PLAYERS) {
    if (host.test(link.hostname) && film(link)) return embed(film(link));
  }
  return null;
}

/* A link to a film that becomes its player when it is clicked, and loads nothing before. */
class EmbedFacade extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (click) => this.play(click));
  }

  play(click) {
    const link = click.target.closest("a");
    const source = link && !click.ctrlKey && !click.metaKey && !click.shiftKey && player(link.href);
    if (!source) return;
    click.preventDefault();
    const frame = document.createElement("iframe");
    frame.src = source;
    frame.title = link.querySelector(".film-title").textContent;
    frame.allow = "autoplay; fullscreen; picture-in-picture";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    this.replaceChildren(frame);
    frame.focus();
  }
}

customElements.define("embed-facade", EmbedFacade);

/* The words of a comment, kept in this browser until it is confirmed. The email address is not kept: others may sit here
   too. The key is drawn once for each draft: sent again with it, a comment is the same comment. */
const KEPT = ["name", "website", "text", "key"];
const UNCONFIRMED_FOR = 24 * 60 * 60 * 1000; // milliseconds; the paper deletes the comment then

function shelf(draft) {
  return `draft:${draft}`;
}

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null; // the browser allows none: the form works as it is
  }
}

function draw() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function read(store, draft) {
  const words = JSON.parse(store?.getItem(shelf(draft)) ?? "{}");
  return words.sent && Date.now() > words.sent + UNCONFIRMED_FOR ? {} : words;
}

function keep(store, draft, words) {
  try {
    if (words.text?.trim()) store.setItem(shelf(draft), JSON.stringify(words));
    else store.removeItem(shelf(draft));
  } catch {
    // no room left: the form works as it is
  }
}

function bringBack(form, words) {
  for (const name of KEPT) {
    if (words[name] && !form.elements[name].value) form.elements[name].value = words[name];
  }
  form.elements.key.value ||= draw();
}

/* Tells how long a text is once it comes near the limit; the paper counts code points, without the spaces around. */
function count(textarea, output) {
  const limit = Number(textarea.dataset.limit);
  const length = [...textarea.value.trim()].length;
  const number = (value) => value.toLocaleString(document.documentElement.lang);
  output.value = length > limit * 0.8 ? `${number(length)} / ${number(limit)}` : "";
}

for (const textarea of document.querySelectorAll("textarea[data-limit]")) {
  const output = document.createElement("output");
  output.className = "help";
  textarea.after(output);
  textarea.addEventListener("input", () => count(textarea, output));
}

const store = storage();
for (const form of document.querySelectorAll("form[data-draft]")) {
  const draft = form.dataset.draft;
  bringBack(form, read(store, draft));
  if (store) {
    form.addEventListener("input", () => {
      keep(store, draft, Object.fromEntries(KEPT.map((name) => [name, form.elements[name].value])));
    });
  }
}
if (store) {
  for (const { dataset } of document.querySelectorAll("[data-sent]")) {
    const words = read(store, dataset.sent);
    keep(store, dataset.sent, { ...words, sent: words.sent ?? Date.now() });
  }
  // A draft that was changed after it was sent is another comment's, and stays.
  for (const { dataset } of document.querySelectorAll("[data-confirmed]")) {
    if (read(store, dataset.confirmed).sent) store.removeItem(shelf(dataset.confirmed));
  }
}

/* A link for staff who may edit the article. Only a browser in which /cms/ was open has the hint, so that readers send no
   request and get no cookie (ADR 40). Where the sign-in has ended, the hint goes. */
async function offerEditing(place) {
  const answer = await fetch(`/cms/edit-link/?path=${encodeURIComponent(location.pathname)}`, { redirect: "manual" });
  if (answer.type === "opaqueredirect") store.removeItem("staff");
  if (!answer.ok) return;
  const { address, label } = await answer.json();
  const link = document.createElement("a");
  link.href = address;
  link.textContent = label;
  const line = document.createElement("p");
  line.className = "edit-link";
  line.append(link);
  place.append(line);
}

const rail = document.querySelector("article.story > .rail");
if (rail && store?.getItem("staff")) offerEditing(rail).catch(() => {}); // without the paper there is nothing to edit
