import { request } from "./client";
import type { CliChatContent, CliChats, CursorLogin, DirectoryListing, Doctor, Driver, Model, Session } from "./types";

export function getSession(): Promise<Session> {
  return request("v1/session");
}

export function signIn(credential: { key: string } | { password: string }): Promise<Session> {
  return request("v1/session", { method: "POST", body: credential });
}

export function signOut(): Promise<object> {
  return request("v1/session", { method: "DELETE" });
}

export function listDirectories(path: string | undefined, hidden: boolean, signal?: AbortSignal): Promise<DirectoryListing> {
  return request("v1/directories", { query: { path, hidden: hidden || undefined }, signal });
}

export function listModels(driver: Driver): Promise<{ items: Model[] }> {
  return request("v1/models", { query: { driver: driver === "demo" ? "demo" : undefined } });
}

export function getDoctor(refresh = false): Promise<Doctor> {
  return request("v1/doctor", { query: { refresh: refresh || undefined } });
}

export function listCliChats(directory: string | undefined): Promise<CliChats> {
  return request("v1/cli-chats", { query: { directory } });
}

export function getCliChat(id: string, directory: string): Promise<CliChatContent> {
  return request(`v1/cli-chats/${encodeURIComponent(id)}`, { query: { directory } });
}

export function getLogin(): Promise<CursorLogin> {
  return request("v1/cursor/login");
}

export function startLogin(): Promise<CursorLogin> {
  return request("v1/cursor/login", { method: "POST" });
}

export function stopLogin(): Promise<object> {
  return request("v1/cursor/login", { method: "DELETE" });
}

export function setCursorKey(apiKey: string): Promise<object> {
  return request("v1/cursor/api-key", { method: "PUT", body: { apiKey } });
}

export function forgetCursorKey(): Promise<object> {
  return request("v1/cursor/api-key", { method: "DELETE" });
}
