import { createStore } from "./external";

export interface Toast {
  id: number;
  message: string;
  tone: "plain" | "error";
  action?: { label: string; run(): void };
}

export const toasts = createStore<readonly Toast[]>([]);

let lastId = 0;

/** Shows a message for a while; returns what takes it away. */
export function showToast(toast: Omit<Toast, "id" | "tone"> & { tone?: Toast["tone"]; ms?: number }): () => void {
  const { ms = 6_000, tone = "plain", ...rest } = toast;
  const id = ++lastId;
  toasts.set((shown) => [...shown, { id, tone, ...rest }]);
  const dismiss = () => dismissToast(id);
  setTimeout(dismiss, ms);
  return dismiss;
}

export function dismissToast(id: number): void {
  toasts.set((shown) => shown.filter((toast) => toast.id !== id));
}
