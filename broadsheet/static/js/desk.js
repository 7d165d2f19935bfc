/* On the desk: asks whether a comment is gone from all machines, until it is. */

const PAUSE = 1000; // milliseconds

async function follow(item) {
  const response = await fetch(item.dataset.removal, { redirect: "error" }).catch(() => null);
  if (response?.ok) item.textContent = await response.text();
  if (!response || response.status === 202) setTimeout(follow, PAUSE, item);
}

for (const item of document.querySelectorAll("[data-removal]")) follow(item);
