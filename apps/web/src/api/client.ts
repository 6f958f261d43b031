/**
 * One door to the server. Addresses are relative to the document's base, errors come out as
 * `ApiError` with the server's own sentence, and a 401 is told to who shows the sign-in page.
 */

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** The files that stand in the way, where it is about files. */
  readonly conflicts: readonly string[];

  constructor(status: number, code: string, message: string, conflicts: readonly string[] = []) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.conflicts = conflicts;
  }
}

type Query = Record<string, string | number | boolean | undefined>;

interface Options {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  body?: unknown;
  query?: Query;
  signal?: AbortSignal;
  /** Lets the request outlive the page, as short changes do anyway. */
  keepalive?: boolean;
  /** The same key asks for the same answer: what was sent without one coming back is not done twice. */
  idempotencyKey?: string;
}

const signedOutListeners = new Set<() => void>();

/** Calls `listener` whenever a request finds that the session has ended. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return new URL(text ? `${path}?${text}` : path, document.baseURI).href;
}

export async function request<T>(path: string, options: Options = {}): Promise<T> {
  const response = await send(path, options);
  if (response.ok) return (await response.json()) as T;
  throw await failure(response, path);
}

export async function requestText(path: string, query?: Query): Promise<string> {
  const response = await send(path, { query });
  if (response.ok) return response.text();
  throw await failure(response, path);
}

/** Browsers let 64 KiB in all outlive a page. */
const MOST_KEPT_ALIVE = 8_000;

async function send(path: string, { method = "GET", body, query, signal, keepalive, idempotencyKey }: Options): Promise<Response> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  // What was changed is changed, also when the page is reloaded or closed that moment.
  const outlives = keepalive ?? (method !== "GET" && (text?.length ?? 0) <= MOST_KEPT_ALIVE);
  try {
    return await fetch(address(path, query), {
      method,
      signal,
      keepalive: outlives,
      credentials: "same-origin",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      body: text,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, "unreachable", "The server cannot be reached. Check that cursor-selfhost is running.");
  }
}

async function failure(response: Response, path: string): Promise<ApiError> {
  if (response.status === 401 && path !== "v1/session") for (const listener of signedOutListeners) listener();
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string; conflicts?: string[] } };
    return new ApiError(response.status, error.code, error.message, error.conflicts);
  } catch {
    return new ApiError(response.status, "unexpected_answer", `The server answered ${response.status} without saying why.`);
  }
}

/** Also where the page is not served securely, and `randomUUID` is missing. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What to show for anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
