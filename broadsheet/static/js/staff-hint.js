/* Remembers in this browser that staff use it, so that articles ask whether they can be edited (ADR 40). */
try {
  window.localStorage.setItem("staff", "1");
} catch {
  // the browser allows no storage: articles show no link
}
