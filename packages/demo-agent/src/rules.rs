//! What may be done without asking: the user's rules and the project's, deny before allow.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{command_line, glob, place};

#[derive(Debug, Default)]
pub struct Rules {
    force: bool,
    allow: Vec<String>,
    deny: Vec<String>,
}

impl Rules {
    /// The rules for a run. The first run ever writes the user's file as the CLI does.
    pub fn load(workspace: &Path, force: bool) -> Self {
        let mut rules = Self { force, ..Self::default() };
        let user = place::config_dir().join("cli-config.json");
        if !user.exists() {
            let first = json!({ "version": 1, "permissions": { "allow": ["Shell(ls)"], "deny": [] } });
            // Without it the run goes on with no rule at all, which allows less.
            let _ = place::write(&user, &first.to_string());
        }
        rules.read(&user);
        for directory in project_directories(workspace) {
            rules.read(&directory.join(".cursor/cli.json"));
        }
        rules
    }

    /// Whether a command may run: nothing of it is denied, and all of it is allowed or forced.
    pub fn may_run(&self, line: &str) -> bool {
        let parsed = command_line::parse(line);
        let covers = |rules: &[String], command: &command_line::SimpleCommand| {
            specs(rules, "Shell").any(|spec| covers_command(spec, command))
        };
        if parsed.commands.iter().any(|command| covers(&self.deny, command)) {
            return false;
        }
        self.force
            || (!parsed.commands.is_empty()
                && !parsed.substitutes
                && parsed.commands.iter().all(|command| covers(&self.allow, command)))
    }

    /// Reading needs no rule, only no denial.
    pub fn may_read(&self, path: &str) -> bool {
        !covers_path(&self.deny, "Read", path)
    }

    /// Neither does editing.
    pub fn may_write(&self, path: &str) -> bool {
        !covers_path(&self.deny, "Write", path)
    }

    pub fn may_fetch(&self, host: &str) -> bool {
        self.may("WebFetch", host)
    }

    pub fn may_search_web(&self) -> bool {
        self.force
    }

    pub fn may_call(&self, server: &str, tool: &str) -> bool {
        self.may("Mcp", &format!("{server}:{tool}"))
    }

    fn may(&self, kind: &str, what: &str) -> bool {
        let covers = |rules: &[String]| specs(rules, kind).any(|spec| spec == "*" || glob::matches(spec, what));
        !covers(&self.deny) && (self.force || covers(&self.allow))
    }

    /// A file's lists replace those read before.
    fn read(&mut self, path: &Path) {
        let Ok(text) = fs::read_to_string(path) else { return };
        let Ok(config) = serde_json::from_str::<Value>(&text) else { return };
        for (name, list) in [("allow", &mut self.allow), ("deny", &mut self.deny)] {
            if let Some(rules) = config["permissions"][name].as_array() {
                *list = rules.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            }
        }
    }
}

/// From the root of the repository down to the directory.
fn project_directories(workspace: &Path) -> Vec<&Path> {
    let root = workspace.ancestors().find(|directory| directory.join(".git").exists()).unwrap_or(workspace);
    let mut directories: Vec<&Path> = workspace.ancestors().take_while(|directory| directory.starts_with(root)).collect();
    directories.reverse();
    directories
}

/// What stands between the brackets of the rules of a kind.
fn specs<'a>(rules: &'a [String], kind: &'a str) -> impl Iterator<Item = &'a str> {
    rules.iter().filter_map(move |rule| rule.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')'))
}

/// `git`, `git:push*` or, as people write it, `npm test`.
fn covers_command(spec: &str, command: &command_line::SimpleCommand) -> bool {
    let args = command.args.join(" ");
    match spec.split_once([':', ' ']) {
        _ if spec == "*" => true,
        None => spec == command.name,
        Some((name, pattern)) => {
            // Arguments are no paths: a star covers slashes too.
            name == command.name && glob::matches(&pattern.replace('/', "\u{1}"), &args.replace('/', "\u{1}"))
        }
    }
}

fn covers_path(rules: &[String], kind: &str, path: &str) -> bool {
    specs(rules, kind).any(|spec| glob::matches(spec, path) || glob::matches(&format!("**/{spec}"), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(force: bool, allow: &[&str], deny: &[&str]) -> Rules {
        let own = |rules: &[&str]| rules.iter().map(|rule| (*rule).to_owned()).collect();
        Rules { force, allow: own(allow), deny: own(deny) }
    }

    #[test]
    fn every_command_of_a_line_must_be_allowed() {
        let rules = rules(false, &["Shell(ls)", "Shell(git:status*)", "Shell(wc)"], &["Shell(rm)"]);
        assert!(rules.may_run("ls -la | wc -l") && rules.may_run("git status --short a/b"));
        for line in ["ls && cat x", "git push", "ls $(cat x)", "rm x", "ls; rm x", ""] {
            assert!(!rules.may_run(line), "{line}");
        }
    }

    #[test]
    fn deny_wins_over_force() {
        let rules = rules(true, &["Shell(rm)"], &["Shell(rm)", "Write(*.lock)", "WebFetch(*.example.com)"]);
        assert!(rules.may_run("cat $(x)") && !rules.may_run("true && rm x"));
        assert!(!rules.may_write("a/b.lock") && rules.may_write("a.rs"));
        assert!(!rules.may_fetch("www.example.com") && rules.may_fetch("example.org"));
    }
}
