//! Every recording, as it was written.

use std::{fs, path::PathBuf};

use serde_json::Value;

use super::decode;

/// Names and contents of the recorded streams.
pub fn all() -> Vec<(String, Vec<u8>)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 8);
    files
}

pub fn named(part: &str) -> Vec<u8> {
    all().into_iter().find(|(name, _)| name.contains(part)).unwrap().1
}

fn lines(recording: &[u8]) -> Vec<Value> {
    recording.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

#[test]
fn the_events_of_every_recording() {
    for (name, recording) in all() {
        insta::assert_json_snapshot!(name, decode::json(&decode::whole(recording)));
    }
}

#[test]
fn all_text_comes_out_once() {
    for (name, recording) in all() {
        let effects = decode::whole(&recording);
        let lines = lines(&recording);
        let told = lines.iter().find(|line| line["type"] == "result").and_then(|line| line["result"].as_str());
        assert_eq!(decode::text(&effects), told.unwrap_or_default(), "{name}");
        let thought: String =
            lines.iter().filter(|line| line["type"] == "thinking").filter_map(|line| line["text"].as_str()).collect();
        assert_eq!(decode::thinking(&effects), thought, "{name}");
        assert!(decode::notices(&effects).is_empty(), "{name}");
    }
}

#[test]
fn last_words_are_the_last_segment() {
    for (name, recording) in all() {
        let lines = lines(&recording);
        let last = lines.iter().rfind(|line| line["type"] == "assistant" && line.get("timestamp_ms").is_none());
        let last = last.and_then(|line| line["message"]["content"][0]["text"].as_str());
        let effects = decode::whole(&recording);
        assert_eq!(decode::turn_end(&effects).and_then(|end| end.text.as_deref()), last, "{name}");
    }
}
