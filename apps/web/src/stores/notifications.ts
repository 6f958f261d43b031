/**
 * Notifications when runs end: only after the user asked for them, only for chats no one is
 * looking at, and once however many tabs are open.
 */
import type { Agent, Run } from "../api/types";
import { isLive } from "../api/types";
import { createKeptStore } from "./external";

export const notifyOnEnd = createKeptStore("notify", false);

/** The runs that were told, so that the next tab does not tell them again. */
const CLAIMED = "notified";

export function canNotify(): boolean {
  return typeof Notification !== "undefined" && Notification.permission !== "denied";
}

export async function enableNotifications(): Promise<boolean> {
  if (typeof Notification === "undefined") return false;
  const allowed = (await Notification.requestPermission()) === "granted";
  notifyOnEnd.set(allowed);
  return allowed;
}

/** Tells that a run ended, where it should; `stillUnread` is asked after those who look had time to say so. */
export function notifyEnded(run: Run, agent: Agent, stillUnread: () => boolean, open: () => void): void {
  if (isLive(run) || run.status === "CANCELLED" || !notifyOnEnd.get()) return;
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  setTimeout(() => {
    if (!stillUnread() || !claim(run.id)) return;
    const body = run.status === "FINISHED" ? "Finished" : "Ended with an error";
    // The same tag replaces rather than repeats, should two tabs claim at the same moment.
    const notification = new Notification(agent.name || "Untitled chat", { body, tag: run.id });
    notification.onclick = () => {
      window.focus();
      open();
      notification.close();
    };
  }, 700);
}

function claim(runId: string): boolean {
  try {
    const claimed = JSON.parse(localStorage.getItem(CLAIMED) ?? "[]") as string[];
    if (claimed.includes(runId)) return false;
    localStorage.setItem(CLAIMED, JSON.stringify([...claimed.slice(-50), runId]));
    return true;
  } catch {
    return true;
  }
}
