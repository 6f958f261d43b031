//! The project at a glance, and the tour for who asks something that is not understood.

use std::{collections::BTreeMap, fs, io};

use super::{Work, block, count, edit::read_text, head, tree};
use crate::{cli::Mode, intent::PHRASES};

impl Work<'_> {
    pub(super) fn summarise(&mut self) -> io::Result<()> {
        self.stream.say("I'll look at the files and the README.\n")?;
        self.list_directory(".")?;
        let readme = self.readme()?;
        let files = tree::files(self.workspace);
        let mut languages: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (_, path) in &files {
            let Some(extension) = path.extension().and_then(|extension| extension.to_str()) else { continue };
            let lines = read_text(path).ok().filter(|text| !text.contains('\0')).map_or(0, |text| text.lines().count());
            let count = languages.entry(extension.to_owned()).or_default();
            *count = (count.0 + 1, count.1 + lines);
        }
        let mut languages: Vec<_> = languages.into_iter().collect();
        languages.sort_by(|a, b| b.1.1.cmp(&a.1.1).then_with(|| a.0.cmp(&b.0)));
        let rows: Vec<String> =
            languages.iter().take(8).map(|(name, (files, lines))| format!("| `.{name}` | {files} | {lines} |")).collect();
        let name = self.workspace.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut text = format!("# {name}\n\n{}", count(files.len(), "file", "files"));
        if let Some(branch) = self.branch() {
            text.push_str(&format!(", on the git branch `{branch}`"));
        }
        text.push_str(".\n");
        if !rows.is_empty() {
            text.push_str(&format!("\n| Kind | Files | Lines |\n|---|---|---|\n{}\n", rows.join("\n")));
        }
        if let Some((file, content)) = readme {
            text.push_str(&format!("\n`{file}` begins:\n\n{}", block("markdown", &head(&content, 12))));
        }
        self.note(text.trim_end().to_owned());
        Ok(())
    }

    /// For a prompt that nothing was understood of.
    pub fn tour(&mut self, prompt: &str, mode: Mode) -> io::Result<()> {
        let asked = prompt.lines().next().unwrap_or_default();
        self.stream.think(&format!(
            "The request is “{asked}”. I have no AI, so I cannot tell what that means. I will show what is here and what I can do."
        ))?;
        self.stream.say("Let me look around first.\n")?;
        let listed = self.list_directory(".")?;
        let readme = self.readme()?;
        self.notes.clear();
        let mut text = "## This is the demo agent\n\nIt has **no AI**: it follows a script, so it cannot answer that. \
                        What it does is real, though: it reads, edits and runs things in your workspace.\n"
            .to_owned();
        if let Some((directories, files)) = listed {
            text.push_str(&format!(
                "\nHere: {} and {}.\n",
                count(directories.len(), "directory", "directories"),
                count(files.len(), "file", "files")
            ));
        }
        if let Some((file, content)) = readme {
            text.push_str(&format!("\n`{file}` begins:\n\n{}\n", block("markdown", &head(&content, 6))));
        }
        let phrases: Vec<String> = PHRASES.iter().map(|phrase| format!("- {phrase}")).collect();
        text.push_str(&format!("\n### What you can say\n\n{}\n", phrases.join("\n")));
        if mode == Mode::Ask {
            text.push_str("\nIn ask mode only what reads is done.\n");
        }
        self.stream.say(&text)
    }

    fn readme(&mut self) -> io::Result<Option<(String, String)>> {
        let (_, files) = tree::entries(self.workspace)?;
        match files.into_iter().find(|name| name.to_lowercase().starts_with("readme")) {
            Some(name) => self.read_file(&name),
            None => Ok(None),
        }
    }

    fn branch(&self) -> Option<String> {
        let head = fs::read_to_string(self.workspace.join(".git/HEAD")).ok()?;
        let branch = head.trim().strip_prefix("ref: refs/heads/")?.to_owned();
        Some(branch)
    }
}
