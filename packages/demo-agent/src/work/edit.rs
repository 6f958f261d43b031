//! Reading, writing, replacing in and deleting files.

use std::{fs, io, path::Path};

use serde_json::json;

use super::{Work, block, count, head};
use crate::diff;

const MAX_BYTES: u64 = 4 << 20;

impl Work<'_> {
    pub(super) fn read(&mut self, name: &str) -> io::Result<()> {
        self.stream.say(&format!("I'll read `{name}`.\n"))?;
        if let Some((relative, content)) = self.read_file(name)? {
            let language = Path::new(&relative).extension().and_then(|extension| extension.to_str()).unwrap_or("text");
            let size = count(content.lines().count(), "line", "lines");
            let shown = block(language, &head(&content, 40));
            self.note(format!("`{relative}` has {size}:\n\n{shown}"));
        }
        Ok(())
    }

    /// Reads a file by a tool call; nothing if that failed, which is then noted.
    pub(super) fn read_file(&mut self, name: &str) -> io::Result<Option<(String, String)>> {
        let located = self.locate(name);
        let shown = located.as_ref().map_or(name.into(), |(path, _)| path.to_string_lossy().into_owned());
        let call = self.call("read", json!({ "path": shown }));
        call.start(self.stream)?;
        let read = located.and_then(|(path, relative)| {
            if !self.rules.may_read(&relative) {
                return Err(format!("Reading `{relative}` is denied by your rules."));
            }
            Ok((read_text(&path).map_err(|error| format!("`{name}`: {error}"))?, relative))
        });
        match read {
            Ok((content, relative)) => {
                let lines = content.split('\n').count();
                let success = json!({
                    "content": content, "isEmpty": content.is_empty(), "exceededLimit": false, "totalLines": lines,
                    "fileSize": content.len(), "path": shown, "readRange": { "startLine": 1, "endLine": lines },
                    "relatedCursorRulePaths": [], "relatedCursorRules": [],
                });
                call.complete(self.stream, &json!({ "success": success }))?;
                Ok(Some((relative, content)))
            }
            Err(message) => {
                self.fail(&call, message)?;
                Ok(None)
            }
        }
    }

    pub(super) fn write(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.stream.say(&format!("I'll write `{name}`.\n"))?;
        self.change(name, text, |_| Ok(text.to_owned()))
    }

    pub(super) fn append(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.stream.say(&format!("I'll append to `{name}`.\n"))?;
        self.change(name, text, |before| {
            let mut after = before.unwrap_or_default().to_owned();
            if !after.is_empty() && !after.ends_with('\n') {
                after.push('\n');
            }
            Ok(after + text)
        })
    }

    pub(super) fn replace(&mut self, name: &str, from: &str, to: &str) -> io::Result<()> {
        self.stream.say(&format!("I'll change `{name}`.\n"))?;
        if self.read_file(name)?.is_none() {
            return Ok(());
        }
        self.change(name, to, |before| {
            let before = before.unwrap_or_default();
            if from.is_empty() || !before.contains(from) {
                return Err(format!("The text `{from}` does not occur in `{name}`."));
            }
            Ok(before.replace(from, to))
        })
    }

    pub(super) fn delete(&mut self, name: &str) -> io::Result<()> {
        self.stream.say(&format!("I'll delete `{name}`.\n"))?;
        let located = self.locate(name);
        let shown = located.as_ref().map_or(name.into(), |(path, _)| path.to_string_lossy().into_owned());
        let call = self.call("delete", json!({ "path": shown }));
        call.start(self.stream)?;
        let deleted = located.and_then(|(path, relative)| {
            if !self.rules.may_write(&relative) {
                return Err(format!("Changing `{relative}` is denied by your rules."));
            }
            fs::remove_file(path).map_err(|error| format!("`{name}`: {error}"))
        });
        match deleted {
            Ok(()) => {
                call.complete(self.stream, &json!({ "success": { "path": shown } }))?;
                self.note(format!("I deleted `{name}`."));
                Ok(())
            }
            Err(message) => self.fail(&call, message),
        }
    }

    /// Makes a new text of a file. `streamed` is what the call tells of it beforehand.
    fn change(
        &mut self,
        name: &str,
        streamed: &str,
        edit: impl FnOnce(Option<&str>) -> Result<String, String>,
    ) -> io::Result<()> {
        let located = self.locate(name);
        let shown = located.as_ref().map_or(name.into(), |(path, _)| path.to_string_lossy().into_owned());
        let call = self.call("edit", json!({ "path": shown, "streamContent": streamed }));
        call.start(self.stream)?;
        let changed = located.and_then(|(path, relative)| {
            if !self.rules.may_write(&relative) {
                return Err(format!("Changing `{relative}` is denied by your rules."));
            }
            let failed = |error: io::Error| format!("`{name}`: {error}");
            let before = match read_text(&path) {
                Ok(text) => Some(text),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(failed(error)),
            };
            let after = edit(before.as_deref())?;
            fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(failed)?;
            fs::write(&path, &after).map_err(failed)?;
            Ok((before, after))
        });
        let (before, after) = match changed {
            Ok(changed) => changed,
            Err(message) => return self.fail(&call, message),
        };
        let diff = diff::unified(&shown, before.as_deref(), &after);
        let mut success =
            json!({ "path": shown, "linesAdded": diff.added, "linesRemoved": diff.removed, "diffString": diff.text });
        let message = match &before {
            Some(before) => {
                success["beforeFullFileContent"] = json!(before);
                format!("The file {shown} has been updated.")
            }
            None => format!("Wrote contents to {shown}"),
        };
        success["afterFullFileContent"] = json!(after);
        success["message"] = json!(message);
        call.complete(self.stream, &json!({ "success": success }))?;
        let verb = if before.is_some() { "changed" } else { "created" };
        self.note(format!("I {verb} `{name}` (+{} −{}).", diff.added, diff.removed));
        Ok(())
    }
}

pub(super) fn read_text(path: &Path) -> io::Result<String> {
    let meta = fs::metadata(path)?;
    if meta.is_dir() {
        return Err(io::Error::other("this is a directory"));
    }
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return Err(io::Error::other("this is too large to read"));
    }
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}
