//! The CLI's own chats on disk: where they lie and what is in their files.

use std::path::Path;

use md5::{Digest, Md5};
use serde::Deserialize;
use serde_json::Value;

/// The name of the directory under `chats/` for a working directory. `path` is physical and absolute.
pub fn directory_key(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let end = bytes.iter().rposition(|byte| *byte != b'/').map_or(bytes.len().min(1), |last| last + 1);
    Md5::digest(&bytes[..end]).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name of the directory under `projects/` for a working directory.
pub fn project_slug(path: &Path) -> String {
    let path = path.to_string_lossy();
    let words: Vec<&str> = path.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// A chat's `meta.json`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatMeta {
    #[serde(default)]
    pub created_at_ms: Option<i64>,
    #[serde(default)]
    pub updated_at_ms: Option<i64>,
    /// False for a chat that was made and never spoken in.
    #[serde(default)]
    pub has_conversation: bool,
    #[serde(default)]
    pub cwd: Option<String>,
}

pub fn parse_meta(text: &str) -> Option<ChatMeta> {
    serde_json::from_str(text).ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    User,
    Assistant,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptEntry {
    pub role: Role,
    pub text: String,
}

/// What was said, from a transcript of JSON lines. Lines that say nothing are passed over.
pub fn parse_transcript(text: &str) -> Vec<TranscriptEntry> {
    text.lines().filter_map(|line| entry(&serde_json::from_str(line).ok()?)).collect()
}

fn entry(record: &Value) -> Option<TranscriptEntry> {
    let role = match record.get("role")?.as_str()? {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => return None,
    };
    let message = record.get("message")?;
    let said = spoken(message.get("content").unwrap_or(message));
    let text = if role == Role::User { unwrapped(&said) } else { said.as_str() };
    (!text.trim().is_empty()).then(|| TranscriptEntry { role, text: text.to_owned() })
}

fn spoken(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let text = |block: &Value| match block {
                Value::String(text) => Some(text.clone()),
                _ => block.get("text").and_then(Value::as_str).map(str::to_owned),
            };
            blocks.iter().filter_map(text).collect::<Vec<_>>().join("\n\n")
        }
        _ => String::new(),
    }
}

/// What the user typed: the CLI puts it between tags and its own context before them.
fn unwrapped(text: &str) -> &str {
    let inner = text.split_once("<user_query>").and_then(|(_, rest)| rest.rsplit_once("</user_query>"));
    inner.map_or(text, |(inner, _)| inner.trim_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_a_path() {
        assert_eq!(directory_key(Path::new("/")), "6666cd76f96956469e7be39d750cc7d9");
        assert_eq!(directory_key(Path::new("/tmp/")), directory_key(Path::new("/tmp")));
        assert_eq!(directory_key(Path::new("/tmp")), "d42b9c57d24cf5db3bd8d332dc35437f");
        assert_eq!(project_slug(Path::new("/home/me/My_Project.v2/")), "home-me-My-Project-v2");
    }

    #[test]
    fn meta_is_read_tolerantly() {
        let text = r#"{"schemaVersion":1,"createdAtMs":5,"hasConversation":true,"updatedAtMs":7,"cwd":"/x","new":[]}"#;
        let meta = ChatMeta { created_at_ms: Some(5), updated_at_ms: Some(7), has_conversation: true, cwd: Some("/x".into()) };
        assert_eq!(parse_meta(text), Some(meta));
        assert_eq!(parse_meta("{"), None);
        assert!(parse_meta("{}").is_some_and(|meta| !meta.has_conversation));
    }

    #[test]
    fn a_transcript_in_all_its_forms() {
        let text = concat!(
            r#"{"role":"user","message":{"content":[{"type":"text","text":"<ctx>x</ctx>\n<user_query>\nhi <b>\n</user_query>"}]}}"#,
            "\n",
            r#"{"role":"assistant","message":{"content":[{"type":"text","text":"a"},{"type":"image"},{"type":"text","text":"b"}]}}"#,
            "\nnot json\n\n[1]\n",
            r#"{"role":"assistant","message":"plain"}"#,
            "\n",
            r#"{"role":"user","message":{"content":"typed"}}"#,
            "\n",
            r#"{"role":"assistant","message":{"content":[]}}"#,
            "\n",
            r#"{"type":"turn_ended","status":"completed"}"#,
        );
        let said: Vec<_> = parse_transcript(text).into_iter().map(|entry| (entry.role, entry.text)).collect();
        let expected = [(Role::User, "hi <b>"), (Role::Assistant, "a\n\nb"), (Role::Assistant, "plain"), (Role::User, "typed")];
        assert_eq!(said, expected.map(|(role, text)| (role, text.to_owned())));
    }
}
