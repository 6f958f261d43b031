//! The CLI's own chats: listed by directory, read, and copied when one is continued here.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use agents::cursor::chats::{TranscriptEntry, directory_key, parse_meta, parse_transcript};

use super::home::{CursorHome, user_config_dir, user_data_dir};

/// A transcript is read whole; longer ones are cut at their beginning.
const MAX_TRANSCRIPT: u64 = 64 << 20;

/// How many chats are looked at; beyond it the oldest are left out.
const MAX_CHATS: usize = 2_000;

#[derive(Clone, Debug)]
pub struct CliChat {
    pub id: String,
    pub directory: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub title: String,
}

/// The user's own directories, as the CLI sees them.
pub fn user_home() -> Option<CursorHome> {
    Some(CursorHome { config: user_config_dir()?, data: user_data_dir()? })
}

/// Chats that hold a conversation, newest first, with how many each directory has. Blocking.
pub fn list(home: &CursorHome, directory: Option<&Path>) -> (Vec<CliChat>, Vec<(String, usize)>) {
    let mut found: Vec<CliChat> = Vec::new();
    for place in subdirectories(&home.config.join("chats")) {
        for chat in subdirectories(&place) {
            found.extend(read_meta(&chat));
        }
    }
    found.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| a.id.cmp(&b.id)));
    found.truncate(MAX_CHATS);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for chat in &found {
        *counts.entry(chat.directory.clone()).or_default() += 1;
    }
    if let Some(wanted) = directory {
        found.retain(|chat| Path::new(&chat.directory) == wanted);
    }
    for chat in &mut found {
        let transcript = read_transcript(home, chat);
        let first = transcript.iter().find(|entry| entry.role == agents::cursor::chats::Role::User);
        if let Some(title) = first.map(|entry| crate::app::title::title_of(&entry.text)) {
            chat.title = title;
        }
    }
    (found, counts.into_iter().collect())
}

/// One chat of one directory. Blocking.
pub fn find(home: &CursorHome, directory: &Path, id: &str) -> Option<CliChat> {
    // Names a directory: nothing but a uuid may come here.
    let id = uuid::Uuid::try_parse(id).ok()?.to_string();
    read_meta(&home.chat(directory, &id))
}

pub fn read_transcript(home: &CursorHome, chat: &CliChat) -> Vec<TranscriptEntry> {
    let path = home.transcript(Path::new(&chat.directory), &chat.id);
    let Ok(metadata) = fs::metadata(&path) else { return Vec::new() };
    if metadata.len() > MAX_TRANSCRIPT {
        return Vec::new();
    }
    fs::read(&path).map(|bytes| parse_transcript(&String::from_utf8_lossy(&bytes))).unwrap_or_default()
}

/// Copies a chat so that it is continued without touching the original.
pub fn copy(from: &CursorHome, to: &CursorHome, chat: &CliChat, workspace: &Path) -> io::Result<()> {
    let directory = Path::new(&chat.directory);
    copy_tree(&from.chat(directory, &chat.id), &to.chat(workspace, &chat.id))?;
    let transcript = from.transcript(directory, &chat.id);
    if transcript.is_file() {
        let target = to.transcript(workspace, &chat.id);
        target.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::copy(transcript, target)?;
    }
    Ok(())
}

fn read_meta(chat: &Path) -> Option<CliChat> {
    let id = uuid::Uuid::try_parse(chat.file_name()?.to_str()?).ok()?.to_string();
    let meta = parse_meta(&fs::read_to_string(chat.join("meta.json")).ok()?)?;
    let directory = meta.cwd?;
    // The place is named by the directory: a chat that stands elsewhere would not be found again.
    let expected = directory_key(Path::new(&directory));
    let stands_right = chat.parent()?.file_name()?.to_str()? == expected;
    if !meta.has_conversation || !stands_right {
        return None;
    }
    let updated_at = meta.updated_at_ms.or(meta.created_at_ms).unwrap_or(0);
    let created_at = meta.created_at_ms.unwrap_or(updated_at);
    Some(CliChat { id, directory, created_at, updated_at, title: "Untitled chat".to_owned() })
}

fn subdirectories(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
