/* Two comforts that a page does without if it must: a film that plays in its place, and a comment that survives a reload. */

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

/* The words of a comment, kept in this browser until they are sent. The e-mail address is not kept: others may sit here too. */
const KEPT = ["name", "website", "text"];

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

function keep(store, form) {
  const words = Object.fromEntries(KEPT.map((name) => [name, form.elements[name].value]));
  try {
    if (words.text.trim()) store.setItem(shelf(form.dataset.draft), JSON.stringify(words));
    else store.removeItem(shelf(form.dataset.draft));
  } catch {
    // no room left: the form works as it is
  }
}

function bringBack(store, form) {
  const words = JSON.parse(store.getItem(shelf(form.dataset.draft)) ?? "{}");
  for (const name of KEPT) {
    if (words[name] && !form.elements[name].value) form.elements[name].value = words[name];
  }
}

const store = storage();
if (store) {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    bringBack(store, form);
    form.addEventListener("input", () => keep(store, form));
  }
  for (const sent of document.querySelectorAll("[data-sent]")) store.removeItem(shelf(sent.dataset.sent));
}
