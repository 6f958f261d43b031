import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import type { Run } from "../../api/types";
import { toasts } from "../../stores/toasts";
import { WaitingRun } from "./WaitingRun";

afterEach(cleanup);

const NOW = "2026-11-22T12:00:00Z";
const waiting = (more: Partial<Run>): Run => ({ id: "run-1", agentId: "bc-1", status: "CREATING", createdAt: NOW, updatedAt: NOW, ...more });
function show(run: Run) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <WaitingRun run={run} />
    </QueryClientProvider>,
  );
}

it("says where in line a run is that waits for a slot", () => {
  show(waiting({ queuePosition: 3, waiting: { reason: "slot", message: "4 runs work at once." } }));
  expect(screen.getByText("Waiting for a free slot · 3rd in line")).toBeTruthy();
  expect(screen.getByText("4 runs work at once.")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
  cleanup();
  show(waiting({ queuePosition: 1 }));
  expect(screen.getByText("Waiting for a free slot · next in line")).toBeTruthy();
});

it("lets a run go that the day's budget holds, by one click", async () => {
  const request = vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json({ error: { code: "run_not_waiting", message: "It has begun already." } }, { status: 409 }));
  show(waiting({ waiting: { reason: "day_limit", message: "The day's 100 tool calls are used up." } }));
  expect(screen.getByText("The day's 100 tool calls are used up.")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Go on anyway" }));
  await vi.waitFor(() => expect(toasts.get().at(-1)?.message).toBe("It has begun already."));
  expect(String(request.mock.calls[0]?.[0])).toContain("v1/agents/bc-1/runs/run-1/release");
});
