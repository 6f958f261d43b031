// Sets the chosen theme before the first paint. A file of its own, because the page's
// Content-Security-Policy lets no inline script run.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme stands.
}
