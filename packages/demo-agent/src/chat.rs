//! Chats on disk, where the CLI has them: `meta.json`, a history and a transcript. The history is a
//! file of JSON lines under the name of the CLI's database (`store.db`), because nobody else reads it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{clock, place};

#[derive(Debug)]
pub struct Chat {
    directory: PathBuf,
    transcript: PathBuf,
    workspace: PathBuf,
    created_at_ms: u64,
    /// What was said before: role and text.
    pub history: Vec<(String, String)>,
}

impl Chat {
    /// The chat of that id; one that is not there begins empty.
    pub fn open(workspace: &Path, id: &str) -> io::Result<Self> {
        let directory = place::chats(workspace).join(id);
        fs::create_dir_all(&directory)?;
        let meta = read_json(&directory.join("meta.json"));
        let created_at_ms = meta.and_then(|meta| meta["createdAtMs"].as_u64()).unwrap_or_else(clock::now_ms);
        let store = fs::read_to_string(directory.join("store.db")).unwrap_or_default();
        let said = |line: &str| {
            let line: Value = serde_json::from_str(line).ok()?;
            Some((line["role"].as_str()?.to_owned(), line["text"].as_str()?.to_owned()))
        };
        let transcript = place::project(workspace).join("agent-transcripts").join(id).join(format!("{id}.jsonl"));
        let history = store.lines().filter_map(said).collect();
        Ok(Self { directory, transcript, workspace: workspace.to_owned(), created_at_ms, history })
    }

    /// Adds what was said, to be kept whatever happens next.
    pub fn say(&mut self, role: &str, text: &str) -> io::Result<()> {
        self.history.push((role.to_owned(), text.to_owned()));
        let content = json!([{ "type": "text", "text": text }]);
        append(&self.transcript, &json!({ "role": role, "message": { "content": content } }))?;
        append(&self.directory.join("store.db"), &json!({ "role": role, "text": text }))?;
        self.save(true)
    }

    pub fn end_turn(&self, status: &str) -> io::Result<()> {
        append(&self.transcript, &json!({ "type": "turn_ended", "status": status }))?;
        self.save(true)
    }

    pub fn save(&self, has_conversation: bool) -> io::Result<()> {
        let meta = json!({
            "schemaVersion": 1,
            "createdAtMs": self.created_at_ms,
            "hasConversation": has_conversation,
            "updatedAtMs": clock::now_ms(),
            "cwd": self.workspace,
        });
        place::write(&self.directory.join("meta.json"), &meta.to_string())
    }
}

/// The id of the nth latest chat of a workspace, from 1.
pub fn latest(workspace: &Path, nth: usize) -> Option<String> {
    let mut chats: Vec<(u64, String)> = fs::read_dir(place::chats(workspace))
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let updated = read_json(&path.join("meta.json"))?["updatedAtMs"].as_u64()?;
            Some((updated, path.file_name()?.to_str()?.to_owned()))
        })
        .collect();
    chats.sort_by(|a, b| b.cmp(a));
    chats.into_iter().nth(nth.checked_sub(1)?).map(|(_, id)| id)
}

fn read_json(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

fn append(path: &Path, line: &Value) -> io::Result<()> {
    use std::io::Write;
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())
}
