//! Listing directories, finding files by name and lines by text.

use std::{io, path::Path};

use serde_json::{Value, json};

use super::{Work, count, edit::read_text, tree};
use crate::glob;

const MAX_MATCHES: usize = 200;

impl Work<'_> {
    pub(super) fn list(&mut self, name: &str) -> io::Result<()> {
        self.stream
            .say(&format!("I'll list {}.\n", if name == "." { "the files here".to_owned() } else { format!("`{name}`") }))?;
        if let Some((directories, files)) = self.list_directory(name)? {
            let names =
                directories.iter().map(|name| format!("- `{name}/`")).chain(files.iter().map(|name| format!("- `{name}`")));
            let list: Vec<String> = names.take(60).collect();
            self.note(format!(
                "{} and {}:\n\n{}",
                count(directories.len(), "directory", "directories"),
                count(files.len(), "file", "files"),
                list.join("\n")
            ));
        }
        Ok(())
    }

    pub(super) fn list_directory(&mut self, name: &str) -> io::Result<Option<(Vec<String>, Vec<String>)>> {
        let located = self.locate(name);
        let shown = located.as_ref().map_or(name.into(), |(path, _)| path.to_string_lossy().into_owned());
        let call = self.call("ls", json!({ "path": shown, "ignore": [] }));
        call.start(self.stream)?;
        match located.and_then(|(path, _)| tree::entries(&path).map_err(|error| format!("`{name}`: {error}"))) {
            Ok((directories, files)) => {
                let directory =
                    |name: &String| json!({ "absPath": Path::new(&shown).join(name), "childrenDirs": [], "childrenFiles": [] });
                let root = json!({
                    "absPath": shown,
                    "childrenDirs": directories.iter().map(directory).collect::<Vec<_>>(),
                    "childrenFiles": files.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
                });
                call.complete(self.stream, &json!({ "success": { "directoryTreeRoot": root } }))?;
                Ok(Some((directories, files)))
            }
            Err(message) => {
                self.fail(&call, message)?;
                Ok(None)
            }
        }
    }

    pub(super) fn find(&mut self, pattern: &str) -> io::Result<()> {
        self.stream.say(&format!("I'll look for `{pattern}`.\n"))?;
        let call = self.call("glob", json!({ "targetDirectory": self.workspace, "globPattern": pattern }));
        call.start(self.stream)?;
        let everywhere = format!("**/{pattern}");
        let names = tree::files(self.workspace).into_iter().map(|(name, _)| name);
        let files: Vec<String> = names.filter(|name| glob::matches(pattern, name) || glob::matches(&everywhere, name)).collect();
        let success = json!({
            "pattern": "", "path": self.workspace, "files": files, "totalFiles": files.len(), "clientTruncated": false,
            "ripgrepTruncated": false,
        });
        call.complete(self.stream, &json!({ "success": success }))?;
        let list: Vec<String> = files.iter().take(60).map(|name| format!("- `{name}`")).collect();
        self.note(
            format!("{} of the name `{pattern}`:\n\n{}", count(files.len(), "file", "files"), list.join("\n"))
                .trim_end_matches([':', '\n'])
                .to_owned(),
        );
        Ok(())
    }

    pub(super) fn search(&mut self, text: &str, name: Option<&str>) -> io::Result<()> {
        self.stream.say(&format!("I'll search for `{text}`.\n"))?;
        let located = self.locate(name.unwrap_or("."));
        let shown = located.as_ref().map_or(name.unwrap_or(".").into(), |(path, _)| path.to_string_lossy().into_owned());
        let mut call = self.call("grep", Value::Null);
        call.set_args(json!({
            "pattern": text, "path": shown, "caseInsensitive": false, "multiline": false, "toolCallId": call.id, "offset": 0,
        }));
        call.start(self.stream)?;
        let (path, _) = match located {
            Ok((path, relative)) if path.exists() => (path, relative),
            Ok(_) => return self.fail(&call, format!("`{}` is not there.", name.unwrap_or("."))),
            Err(message) => return self.fail(&call, message),
        };
        let files = if path.is_file() { vec![(name.unwrap_or_default().to_owned(), path)] } else { tree::files(&path) };
        let mut found: Vec<Value> = Vec::new();
        let mut lines: Vec<String> = Vec::new();
        for (file, path) in files {
            let content = read_text(&path).unwrap_or_default();
            let matching = content.lines().enumerate().filter(|(_, line)| line.contains(text) && !content.contains('\0'));
            let matching: Vec<(usize, &str)> = matching.take(MAX_MATCHES.saturating_sub(lines.len())).collect();
            if matching.is_empty() {
                continue;
            }
            lines.extend(matching.iter().map(|(at, line)| format!("- `{file}:{}` {}", at + 1, line.trim())));
            let matching: Vec<Value> = matching
                .iter()
                .map(|(at, line)| json!({ "lineNumber": at + 1, "content": line, "contentTruncated": false, "isContextLine": false }))
                .collect();
            found.push(json!({ "file": format!("./{file}"), "matches": matching }));
        }
        let content = json!({
            "matches": found, "totalLines": lines.len(), "totalMatchedLines": lines.len(), "clientTruncated": lines.len() == MAX_MATCHES,
            "ripgrepTruncated": false,
        });
        let success = json!({
            "pattern": text, "path": shown, "outputMode": "content",
            "workspaceResults": { (self.workspace.to_string_lossy().as_ref()): { "content": content } },
        });
        call.complete(self.stream, &json!({ "success": success }))?;
        self.note(match lines.len() {
            0 => format!("`{text}` does not occur."),
            found => format!("`{text}` occurs in {}:\n\n{}", count(found, "line", "lines"), lines[..found.min(20)].join("\n")),
        });
        Ok(())
    }
}
