//! The work itself: every step is a tool call on real files and commands, and a note on how it went.

mod edit;
mod project;
mod remote;
mod search;
mod shell;
mod tree;

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{answer, clock, intent::Intent, rules::Rules, stream::Stream, tool::ToolCall};

pub struct Work<'a> {
    pub stream: &'a mut Stream,
    workspace: &'a Path,
    rules: &'a Rules,
    history: &'a [(String, String)],
    newline_ids: bool,
    /// How the steps went, in markdown.
    pub notes: Vec<String>,
}

impl<'a> Work<'a> {
    pub fn new(
        stream: &'a mut Stream,
        workspace: &'a Path,
        rules: &'a Rules,
        history: &'a [(String, String)],
        newline_ids: bool,
    ) -> Self {
        Self { stream, workspace, rules, history, newline_ids, notes: Vec::new() }
    }

    pub fn call(&self, kind: &str, args: Value) -> ToolCall {
        ToolCall::new(kind, args, self.newline_ids)
    }

    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub fn step(&mut self, intent: &Intent) -> io::Result<()> {
        match intent {
            Intent::List { path } => self.list(path),
            Intent::Read { path } => self.read(path),
            Intent::Find { pattern } => self.find(pattern),
            Intent::Search { text, path } => self.search(text, path.as_deref()),
            Intent::Write { path, text } => self.write(path, text),
            Intent::Append { path, text } => self.append(path, text),
            Intent::Replace { path, from, to } => self.replace(path, from, to),
            Intent::Delete { path } => self.delete(path),
            Intent::Run { command, background } => self.run(command, *background),
            Intent::Todo { items } => self.todo(items),
            Intent::Summarise => self.summarise(),
            Intent::Fetch { url } => self.fetch(url),
            Intent::SearchWeb { term } => self.search_web(term),
            Intent::Mcp { server, tool } => self.mcp(server, tool),
            Intent::Recall => self.recall(),
            Intent::Think { about } => self.think(about),
        }
    }

    fn todo(&mut self, items: &[String]) -> io::Result<()> {
        let now = clock::now_ms().to_string();
        let todo = |(at, item): (usize, &String)| {
            json!({
                "id": (at + 1).to_string(), "content": item, "status": "TODO_STATUS_PENDING", "createdAt": now, "updatedAt": now,
                "dependencies": [],
            })
        };
        let todos: Vec<Value> = items.iter().enumerate().map(todo).collect();
        answer::update_todos(&self.call("updateTodos", json!({ "todos": todos, "merge": false })), self.stream)?;
        self.note(format!("I wrote down {}.", count(items.len(), "to-do", "to-dos")));
        Ok(())
    }

    fn recall(&mut self) -> io::Result<()> {
        let asked: Vec<String> =
            self.history.iter().filter(|(role, _)| role == "user").map(|(_, text)| format!("- {}", text.trim())).collect();
        self.note(match asked.len() {
            0 => "This is the first thing you ask in this chat.".to_owned(),
            _ => format!("In this chat you asked before:\n\n{}", asked.join("\n")),
        });
        Ok(())
    }

    fn think(&mut self, about: &str) -> io::Result<()> {
        let about = if about.is_empty() { "what there is to think about" } else { about };
        self.stream.think(&format!(
            "Thinking about {about}. On the one hand it is so. On the other hand it could be otherwise.\n\nI have no AI, so I leave it at that."
        ))?;
        self.note(format!("I thought about {about}, as well as a script can."));
        Ok(())
    }

    /// Where a name of a request points to, if that is in the workspace, and what it is called there.
    fn locate(&self, name: &str) -> Result<(PathBuf, String), String> {
        let outside = || format!("`{name}` is outside of the workspace, and the demo agent stays within.");
        let mut path = self.workspace.to_path_buf();
        let given = Path::new(name);
        let given = given.strip_prefix(self.workspace).unwrap_or(given);
        for part in given.components() {
            match part {
                Component::Normal(part) => path.push(part),
                Component::CurDir => {}
                Component::ParentDir if path != self.workspace => {
                    path.pop();
                }
                _ => return Err(outside()),
            }
        }
        // A link on the way may lead out.
        let existing = path.ancestors().find(|ancestor| fs::symlink_metadata(ancestor).is_ok()).unwrap_or(&path);
        if !existing.canonicalize().is_ok_and(|physical| physical.starts_with(self.workspace)) {
            return Err(outside());
        }
        let relative = path.strip_prefix(self.workspace).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        Ok((path, relative))
    }

    /// Completes a call that could not do its work.
    fn fail(&mut self, call: &ToolCall, message: String) -> io::Result<()> {
        call.complete(self.stream, &json!({ "error": { "errorMessage": message } }))?;
        self.note(format!("**Failed.** {message}"));
        Ok(())
    }

    fn refuse(&mut self, call: &ToolCall, mut rejected: Value, reason: &str, note: String) -> io::Result<()> {
        rejected["reason"] = json!(reason);
        call.complete(self.stream, &json!({ "rejected": rejected }))?;
        self.note(note);
        Ok(())
    }
}

/// Text in a code block whose fence it does not hold.
fn block(language: &str, text: &str) -> String {
    let fence = if text.contains("```") { "````" } else { "```" };
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'))
}

/// The beginning of a text, by lines.
fn head(text: &str, lines: usize) -> String {
    let all = text.lines().count();
    let mut head: Vec<&str> = text.lines().take(lines).collect();
    let rest = format!("… {} more lines", all.saturating_sub(lines));
    if all > lines {
        head.push(&rest);
    }
    head.join("\n")
}

/// A number of things.
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
