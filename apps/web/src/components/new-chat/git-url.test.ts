import { expect, it } from "vitest";

import { isGitUrl, repositoryName, shownUrl, splitSecret } from "./git-url";

it("knows a URL that is whole from one that is still typed", () => {
  for (const url of ["https://github.com/me/it", "http://127.0.0.1:8080/it.git", "ssh://git@host:2222/srv/it.git", "git@github.com:me/it.git", "file:///srv/it.git", " https://host/x "]) expect(isGitUrl(url), url).toBe(true);
  for (const url of ["", "https://", "https://github.com", "https://github.com/", "git@", "git@host", "/srv/it", "C:/it", "ext::sh -c x", "--upload-pack=x", "-oProxyCommand=x@h:p", "me it", "file://"]) expect(isGitUrl(url), url).toBe(false);
});

it("takes the password out of what was pasted", () => {
  expect(splitSecret("https://ada:s%40fe@host/me/it.git")).toEqual({ url: "https://host/me/it.git", secret: { scope: "https://host/me/it", username: "ada", token: "s@fe" } });
  expect(splitSecret("https://ghp_012345678901234567890123@github.com/me/it")).toEqual({ url: "https://github.com/me/it", secret: { scope: "https://github.com/me/it", username: undefined, token: "ghp_012345678901234567890123" } });
  expect(splitSecret("https://short:x-oauth-basic@github.com/me/it").secret).toEqual({ scope: "https://github.com/me/it", username: undefined, token: "short" });
  expect(splitSecret("https://ada@host/me/it")).toEqual({ url: "https://ada@host/me/it" });
  expect(splitSecret("git@host:me/it.git")).toEqual({ url: "git@host:me/it.git" });
});

it("never shows a password", () => {
  expect(shownUrl("https://ada:secret@host/it")).toBe("https://host/it");
  expect(shownUrl("ssh://git@host/it")).toBe("ssh://git@host/it");
  expect(repositoryName("https://ada:secret@host/me/it.git")).toBe("me/it");
  expect(repositoryName("git@host:me/it.git")).toBe("me/it");
  expect(repositoryName("file:///srv/repos/it.git/")).toBe("repos/it");
});
