import { expect, it } from "vitest";

import type { FileDiff } from "../../api/workspace-types";
import { FileLoader } from "./file-loader";

function loaderWithDoors() {
  const doors = new Map<string, (file: FileDiff | undefined | Error) => void>();
  const asked: string[] = [];
  const loader = new FileLoader((path) => {
    asked.push(path);
    return new Promise((resolve, reject) => doors.set(path, (file) => (file instanceof Error ? reject(file) : resolve(file))));
  });
  const settle = async (path: string, file?: FileDiff | Error) => {
    doors.get(path)!(file);
    await new Promise((done) => setTimeout(done));
  };
  return { loader, asked, settle };
}
const file = (path: string): FileDiff => ({ path, status: "modified", binary: false, hunks: [] });

it("asks for a few at once, each once, and for what came into sight last first", async () => {
  const { loader, asked, settle } = loaderWithDoors();
  loader.want(["a", "b", "c", "d", "e"]);
  expect(asked).toEqual(["a", "b", "c"]);
  loader.want(["e", "f"]);
  await settle("a", file("a"));
  await settle("b", file("b"));
  expect(asked).toEqual(["a", "b", "c", "f", "e"]);
  loader.want(["a"]);
  expect(asked).toHaveLength(5);
  expect(loader.get().get("a")).toEqual(file("a"));
  expect(loader.get().get("d")).toEqual({ state: "loading" });
});

it("says why a file could not be had, and tries again when told", async () => {
  const { loader, asked, settle } = loaderWithDoors();
  loader.want(["a", "b"]);
  await settle("a", new Error("no"));
  await settle("b", undefined);
  expect(loader.get().get("a")).toEqual({ state: "failed", message: "no" });
  expect(loader.get().get("b")).toMatchObject({ state: "failed" });
  loader.retry("a");
  expect(asked).toEqual(["a", "b", "a"]);
  await settle("a", file("a"));
  expect(loader.get().get("a")).toEqual(file("a"));
});
