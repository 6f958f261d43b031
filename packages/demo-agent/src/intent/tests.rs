use super::{Intent::*, PHRASES, understand};

fn text(text: &str) -> String {
    text.to_owned()
}

#[test]
fn looking() {
    for (request, intent) in [
        ("list the files", List { path: text(".") }),
        ("List files in src/app.", List { path: text("src/app") }),
        ("list the files in this directory", List { path: text(".") }),
        ("read README.md", Read { path: text("README.md") }),
        ("show me the contents of `my file`", Read { path: text("my file") }),
        ("find *.rs", Find { pattern: text("*.rs") }),
        ("search for \"a b\" in src", Search { text: text("a b"), path: Some(text("src")) }),
        ("grep TODO", Search { text: text("TODO"), path: None }),
        ("Summarise this project", Summarise),
        ("What is this repository about?", Summarise),
        ("What did I ask before?", Recall),
    ] {
        assert_eq!(understand(request), Some(intent), "{request}");
    }
}

#[test]
fn changing() {
    let write = |path: &str, content: &str| Write { path: text(path), text: text(content) };
    let append = |path: &str, content: &str| Append { path: text(path), text: text(content) };
    let replace = |from: &str, to: &str| Replace { path: text("a.txt"), from: text(from), to: text(to) };
    for (request, intent) in [
        ("create a.txt with \"hello\"", write("a.txt", "hello\n")),
        ("create a file called a.txt containing hello you", write("a.txt", "hello you\n")),
        ("write hello into a.txt", write("a.txt", "hello\n")),
        ("create a.py:\n```python\nx = 1\n```", write("a.py", "x = 1\n")),
        ("make a.txt", write("a.txt", "")),
        ("append the line probe13 to the end of notes.txt", append("notes.txt", "probe13\n")),
        ("add \"x to y\" to a.txt", append("a.txt", "x to y\n")),
        ("replace \"a\" with \"b\" in a.txt", replace("a", "b")),
        ("change a to b c in a.txt", replace("a", "b c")),
        ("in a.txt replace a with b", replace("a", "b")),
        ("delete the file a.txt", Delete { path: text("a.txt") }),
    ] {
        assert_eq!(understand(request), Some(intent), "{request}");
    }
}

#[test]
fn doing() {
    let run = |command: &str, background| Run { command: text(command), background };
    for (request, intent) in [
        ("run `git status`.", run("git status", false)),
        ("Run the exact shell command: echo ok", run("echo ok", false)),
        ("run `sleep 5` in the background", run("sleep 5", true)),
        ("fetch https://example.com.", Fetch { url: text("https://example.com") }),
        ("search the web for rust", SearchWeb { term: text("rust") }),
        ("use mcp srv:tool", Mcp { server: text("srv"), tool: text("tool") }),
        ("make a todo list: a, b", Todo { items: vec![text("a"), text("b")] }),
        ("think about x", Think { about: text("x") }),
    ] {
        assert_eq!(understand(request), Some(intent), "{request}");
    }
}

#[test]
fn every_phrase_told_to_people_is_understood() {
    for phrase in &PHRASES[..PHRASES.len() - 1] {
        assert!(understand(phrase).is_some(), "{phrase}");
    }
    for nonsense in ["", "hello", "why is the sky blue?", "read", "délicieux"] {
        assert_eq!(understand(nonsense), None, "{nonsense}");
    }
}
