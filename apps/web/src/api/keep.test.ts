import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";

import { keepAnswer } from "./keep";

it("does not let a look from before a change undo it", async () => {
  const client = new QueryClient();
  const queryKey = ["limits"];
  let answer: (value: string) => void = () => undefined;
  const look = client.fetchQuery({ queryKey, queryFn: () => new Promise<string>((resolve) => (answer = resolve)) }).catch(() => undefined);
  await keepAnswer(client, { queryKey }, "after");
  answer("before");
  await look;
  expect(client.getQueryData(queryKey)).toBe("after");
});
