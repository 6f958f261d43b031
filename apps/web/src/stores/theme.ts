import { createStore } from "./external";

export type Theme = "system" | "light" | "dark";

/** Kept as plain text, since theme.js reads it before anything else runs. */
export const theme = createStore<Theme>(stored());

theme.subscribe(() => {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  try {
    if (chosen === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", chosen);
  } catch {
    // The choice lasts as long as the page.
  }
});

function stored(): Theme {
  const value = document.documentElement.dataset.theme;
  return value === "light" || value === "dark" ? value : "system";
}
