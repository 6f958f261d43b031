/** The languages that can be highlighted, each loaded when first seen. */
import type { LanguageRegistration } from "shiki/core";

type Loader = () => Promise<{ default: LanguageRegistration[] }>;

const loaders: Record<string, Loader> = {
  bash: () => import("shiki/langs/bash.mjs"),
  c: () => import("shiki/langs/c.mjs"),
  clojure: () => import("shiki/langs/clojure.mjs"),
  cpp: () => import("shiki/langs/cpp.mjs"),
  csharp: () => import("shiki/langs/csharp.mjs"),
  css: () => import("shiki/langs/css.mjs"),
  dart: () => import("shiki/langs/dart.mjs"),
  diff: () => import("shiki/langs/diff.mjs"),
  docker: () => import("shiki/langs/docker.mjs"),
  elixir: () => import("shiki/langs/elixir.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  graphql: () => import("shiki/langs/graphql.mjs"),
  haskell: () => import("shiki/langs/haskell.mjs"),
  hcl: () => import("shiki/langs/hcl.mjs"),
  html: () => import("shiki/langs/html.mjs"),
  ini: () => import("shiki/langs/ini.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  jsonc: () => import("shiki/langs/jsonc.mjs"),
  jsx: () => import("shiki/langs/jsx.mjs"),
  kotlin: () => import("shiki/langs/kotlin.mjs"),
  lua: () => import("shiki/langs/lua.mjs"),
  make: () => import("shiki/langs/make.mjs"),
  markdown: () => import("shiki/langs/markdown.mjs"),
  nix: () => import("shiki/langs/nix.mjs"),
  perl: () => import("shiki/langs/perl.mjs"),
  php: () => import("shiki/langs/php.mjs"),
  powershell: () => import("shiki/langs/powershell.mjs"),
  proto: () => import("shiki/langs/proto.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  r: () => import("shiki/langs/r.mjs"),
  ruby: () => import("shiki/langs/ruby.mjs"),
  rust: () => import("shiki/langs/rust.mjs"),
  scala: () => import("shiki/langs/scala.mjs"),
  scss: () => import("shiki/langs/scss.mjs"),
  sql: () => import("shiki/langs/sql.mjs"),
  svelte: () => import("shiki/langs/svelte.mjs"),
  swift: () => import("shiki/langs/swift.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  tsx: () => import("shiki/langs/tsx.mjs"),
  typescript: () => import("shiki/langs/typescript.mjs"),
  vue: () => import("shiki/langs/vue.mjs"),
  xml: () => import("shiki/langs/xml.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
  zig: () => import("shiki/langs/zig.mjs"),
};

/** Other names, and what files end in. */
const aliases: Record<string, string> = {
  sh: "bash", shell: "bash", zsh: "bash", console: "bash", shellscript: "bash",
  h: "c", cc: "cpp", cxx: "cpp", hpp: "cpp", "c++": "cpp", cs: "csharp", "c#": "csharp",
  clj: "clojure", dockerfile: "docker", ex: "elixir", exs: "elixir", golang: "go", gql: "graphql",
  hs: "haskell", tf: "hcl", terraform: "hcl", htm: "html", conf: "ini", properties: "ini",
  js: "javascript", mjs: "javascript", cjs: "javascript", json5: "jsonc", kt: "kotlin", kts: "kotlin",
  makefile: "make", mk: "make", md: "markdown", mdx: "markdown", patch: "diff", pl: "perl", ps1: "powershell",
  protobuf: "proto", py: "python", pyi: "python", rb: "ruby", rs: "rust", sass: "scss",
  ts: "typescript", mts: "typescript", cts: "typescript", svg: "xml", yml: "yaml",
};

/** The language of a name (`rs`, `Rust`) or of a path, if it is one of ours. */
export function languageOf(name: string | undefined): string | undefined {
  if (!name) return undefined;
  const file = name.split("/").pop()!.toLowerCase();
  for (const candidate of [file, file.split(".").pop()!]) {
    const resolved = aliases[candidate] ?? candidate;
    if (resolved in loaders) return resolved;
  }
  return undefined;
}

export async function loadLanguage(name: string): Promise<LanguageRegistration[]> {
  return (await loaders[name]!()).default;
}
