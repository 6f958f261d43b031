import { expect, it } from "vitest";

import { editorLinks } from "./editor-links";

it("opens files here, and by SSH from elsewhere", () => {
  expect(editorLinks("/home/me/my project", "127.0.0.1")).toEqual([
    { name: "Cursor", href: "cursor://file/home/me/my%20project" },
    { name: "VS Code", href: "vscode://file/home/me/my%20project" },
  ]);
  expect(editorLinks("/srv/a#b", "build.example.com").map(({ href }) => href)).toEqual(["cursor://vscode-remote/ssh-remote+build.example.com/srv/a%23b", "vscode://vscode-remote/ssh-remote+build.example.com/srv/a%23b"]);
});

it("takes a template of one's own, with or without a slash before the path", () => {
  expect(editorLinks("/a/$&", "localhost", "zed://file/{path}")).toEqual([{ name: "your editor", href: "zed://file/a/%24%26" }]);
  expect(editorLinks("/a", "localhost", "idea://open?file={path}")[0]?.href).toBe("idea://open?file=/a");
});
