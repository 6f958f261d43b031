//! The stream is the CLI's: its lines, its keys in their order, its duplicates.

use super::home::Home;

const PROMPT: &str = "list the files, then read a.txt, then run `cat a.txt; exit 3`";

#[test]
fn full_and_partial_output_say_the_same() {
    let home = Home::new();
    home.file("a.txt", "alpha\nbeta\n");
    let partial = home.stream(&["--force"], PROMPT);
    let full = home.run(&["-p", "--output-format", "stream-json", "--trust", "--force"], PROMPT);
    for run in [&partial, &full] {
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        assert!(run.notices().is_empty(), "{:?}", run.notices());
        assert_eq!(run.text(), run.line("{\"type\":\"result\"")["result"].as_str().unwrap());
        assert!(run.text().ends_with(&run.last_words().unwrap()));
        assert!(run.thinking().starts_with("There are 3 things to do here."));
    }
    let same = |text: String| text.lines().filter(|line| !line.contains("director")).collect::<Vec<_>>().join("\n");
    assert_eq!(same(partial.text()), same(full.text()));
    assert!(partial.effects.len() > full.effects.len() + 20);
    let names: Vec<&str> = partial.calls().iter().map(|call| call.name.as_str()).collect();
    assert_eq!(names, ["todo_write", "list_dir", "todo_write", "read_file", "todo_write", "run_terminal_cmd", "todo_write"]);
}

#[test]
fn keys_stand_in_the_recorded_order() {
    let home = Home::new();
    home.file("a.txt", "x\n");
    let run = home.stream(&["--force"], "read a.txt, then run `echo hi`");
    let recorded = include_str!("../../../agents/tests/recordings/2026.10.01.partial.force-shell.jsonl");
    let read = include_str!("../../../agents/tests/recordings/2026.09.10.partial.tool.jsonl");
    for (recording, start) in [
        (recorded, "{\"type\":\"system\""),
        (recorded, "{\"type\":\"user\""),
        (recorded, "{\"type\":\"thinking\",\"subtype\":\"delta\""),
        (recorded, "{\"type\":\"thinking\",\"subtype\":\"completed\""),
        (recorded, "{\"type\":\"assistant\""),
        (recorded, "{\"type\":\"result\""),
        (read, "{\"type\":\"tool_call\",\"subtype\":\"started\""),
        (read, "{\"type\":\"tool_call\",\"subtype\":\"completed\""),
    ] {
        let line = recording.lines().find(|line| line.starts_with(start)).unwrap();
        let kind = if recording == read { "readToolCall" } else { "" };
        let ours = run.stdout.lines().find(|line| line.starts_with(start) && line.contains(kind)).unwrap();
        assert_eq!(keys(ours), keys(line), "{start}");
    }
    let shell = |text: &str| keys(text.lines().rfind(|line| line.contains("\"interleavedOutput\"")).unwrap());
    assert_eq!(shell(&run.stdout), shell(recorded));
    let flush = |text: &str| {
        keys(text.lines().find(|line| line.starts_with("{\"type\":\"assistant\"") && line.contains("model_call_id")).unwrap())
    };
    assert_eq!(flush(&run.stdout), flush(recorded));
}

/// All keys of a line, nested ones too, in order.
fn keys(line: &str) -> Vec<String> {
    fn walk(value: &serde_json::Value, keys: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (key, value) in fields {
                    keys.push(key.clone());
                    walk(value, keys);
                }
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, keys)),
            _ => {}
        }
    }
    let mut keys = Vec::new();
    walk(&serde_json::from_str(line).unwrap(), &mut keys);
    keys
}

#[test]
fn the_other_formats_print_the_end_only() {
    let home = Home::new();
    home.file("a.txt", "alpha\n");
    let text = home.run(&["-p", "--trust", "read", "a.txt"], "").stdout;
    assert!(text.starts_with("`a.txt` has 1 line:") && text.contains("no AI"), "{text}");
    let json = home.run(&["-p", "--trust", "--output-format", "json"], "read a.txt").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["type"].as_str(), json["subtype"].as_str()), (Some("result"), Some("success")));
    assert!(json["usage"]["outputTokens"].as_u64() > Some(10));
}
