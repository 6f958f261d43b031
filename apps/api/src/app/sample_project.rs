//! A small project of ours in which a newcomer can let the demo agent work without a thought.

use std::{fs, io, path::Path};

const FILES: [(&str, &str); 5] = [
    (
        "README.md",
        "# Sample project\n\nA tiny to-do list in JavaScript, here to try a chat on. Change anything; nothing of yours is in it.\n\n\
         ```sh\nnode src/main.js\nnode test.js\n```\n",
    ),
    (
        "src/todo.js",
        "// A list of things to do.\nexport function add(list, text) {\n  return [...list, { text, done: false }];\n}\n\n\
         export function finish(list, index) {\n  return list.map((item, at) => (at === index ? { ...item, done: true } : item));\n}\n\n\
         // TODO: count only what is left.\nexport function count(list) {\n  return list.length;\n}\n",
    ),
    (
        "src/main.js",
        "import { add, count, finish } from \"./todo.js\";\n\nlet list = [];\nlist = add(list, \"Write a prompt\");\nlist = add(list, \"Watch it work\");\n\
         list = finish(list, 0);\nconsole.log(`${count(list)} left to do`);\n",
    ),
    (
        "test.js",
        "import assert from \"node:assert\";\nimport { add, count, finish } from \"./src/todo.js\";\n\n\
         const list = finish(add(add([], \"a\"), \"b\"), 0);\nassert.strictEqual(count(list), 1, \"one is left\");\nconsole.log(\"ok\");\n",
    ),
    ("package.json", "{\n  \"name\": \"sample-project\",\n  \"private\": true,\n  \"type\": \"module\"\n}\n"),
];

/// Makes the project if it is not there; what was changed in it stays.
pub fn ensure(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    for (name, text) in FILES {
        let file = path.join(name);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(file, text)?;
    }
    Ok(())
}
