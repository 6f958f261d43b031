//! Is everything there that an agent needs? Each finding comes with its remedy.

use std::{net::SocketAddr, path::Path, time::Duration};

use agents::cursor::version;

use super::{App, cursor::probe, cursor_state::CursorState, data_directory::Holder, housekeeping};

/// With less room a run may end for it.
const LITTLE_SPACE: u64 = 1 << 30;

/// The git that merges without touching files.
const UPDATES_SINCE: (u32, u32) = (2, 40);

pub const INSTALL_COMMAND: &str = "curl https://cursor.com/install -fsS | bash";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckStatus {
    Ok,
    Warning,
    Error,
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Check {
    pub id: &'static str,
    pub title: &'static str,
    pub status: CheckStatus,
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// A command to copy.
    pub command: Option<String>,
}

impl Check {
    fn new(id: &'static str, title: &'static str, status: CheckStatus, message: impl Into<String>) -> Self {
        Self { id, title, status, message: message.into(), remedy: None, command: None }
    }

    fn remedy(mut self, remedy: impl Into<String>, command: Option<&str>) -> Self {
        self.remedy = Some(remedy.into());
        self.command = command.map(str::to_owned);
        self
    }
}

impl App {
    pub async fn doctor(&self, refresh: bool) -> (Vec<Check>, std::sync::Arc<CursorState>) {
        let state = if refresh { self.refresh_cursor_state().await } else { self.cursor_state().await };
        let mut checks = cursor_checks(&state, self.finder.configured());
        checks.push(git_check().await);
        checks.push(disk_check(self.data.root()));
        if let Some(report) = self.last_clean_up().await {
            checks.push(Check::new("clean-up", "Clean-up", CheckStatus::Ok, housekeeping::describe(&report)));
        }
        (checks, state)
    }
}

/// Whether the address is free, held by our own server, or by another program.
pub fn port_check(listen: SocketAddr, holder: Option<&Holder>) -> Check {
    if let Some(url) = holder.and_then(|holder| holder.url.as_deref()) {
        return Check::new("port", "Port", CheckStatus::Ok, format!("The server runs at {url}"));
    }
    match std::net::TcpListener::bind(listen) {
        Ok(_) => Check::new("port", "Port", CheckStatus::Ok, format!("{listen} is free")),
        Err(error) => {
            let whose = super::port_owner::describe(listen).unwrap_or_default();
            Check::new("port", "Port", CheckStatus::Error, format!("{listen} cannot be listened on{whose}: {error}"))
                .remedy("Listen on another port, or end that program.", Some("cursor-selfhost serve --listen 127.0.0.1:4311"))
        }
    }
}

fn cursor_checks(state: &CursorState, configured: Option<&Path>) -> Vec<Check> {
    let Some(program) = &state.program else {
        let message = match configured {
            Some(path) => format!("{} is not there or cannot be executed", path.display()),
            None => "Not found on PATH nor in ~/.local/bin".to_owned(),
        };
        let remedy = match configured {
            Some(_) => "Correct --cursor-bin, or leave it out so that the CLI is looked for.",
            None => "Install it on the machine where this server runs; then check again. The demo agent works without it.",
        };
        return vec![
            Check::new("cursor-cli", "Cursor CLI", CheckStatus::Error, message)
                .remedy(remedy, configured.is_none().then_some(INSTALL_COMMAND)),
        ];
    };
    let path = program.path.display();
    // The name by which it was found, or the whole path of one that was named.
    let name = program
        .path
        .file_name()
        .filter(|_| configured.is_none())
        .map_or_else(|| path.to_string(), |name| name.to_string_lossy().into_owned());
    let login_command = format!("{name} login");
    let found = match &program.version {
        Some(found) if version::newer_than_tested(found) => {
            let message =
                format!("{found} at {path}, newer than the versions this was tested with (up to {})", version::NEWEST_TESTED);
            Check::new("cursor-cli", "Cursor CLI", CheckStatus::Warning, message)
        }
        Some(found) => Check::new("cursor-cli", "Cursor CLI", CheckStatus::Ok, format!("{found} at {path}")),
        None => Check::new(
            "cursor-cli",
            "Cursor CLI",
            CheckStatus::Warning,
            format!("{path} does not tell a version of the Cursor CLI"),
        ),
    };
    let login = &state.login;
    let sign_in = "Sign in on the server's machine, or paste an API key in the page.";
    let login = match (login.logged_in, login.by_api_key) {
        (Some(true), _) => {
            let who = login.email.as_ref().map(|email| format!(" as {email}")).unwrap_or_default();
            let shared = if login.shared.is_some() { ", shared with every chat" } else { "" };
            Check::new("login", "Login", CheckStatus::Ok, format!("Signed in{who}{shared}"))
        }
        (Some(false), true) => {
            Check::new("login", "Login", CheckStatus::Warning, "An API key is set; the CLI does not call that a login")
        }
        (None, true) => Check::new("login", "Login", CheckStatus::Ok, "An API key is set"),
        (Some(false), false) => {
            let message = login.message.clone().unwrap_or_else(|| "Not signed in".to_owned());
            Check::new("login", "Login", CheckStatus::Error, message).remedy(sign_in, Some(&login_command))
        }
        (None, false) => Check::new("login", "Login", CheckStatus::Unknown, "The CLI does not tell whether it is signed in")
            .remedy(sign_in, Some(&login_command)),
    };
    let models = match &state.models {
        Some(models) => Check::new("models", "Models", CheckStatus::Ok, format!("{} to choose from", models.len())),
        None => Check::new(
            "models",
            "Models",
            CheckStatus::Unknown,
            "The CLI does not list its models, so none is refused beforehand",
        ),
    };
    vec![found, login, models]
}

async fn git_check() -> Check {
    match probe::output(Path::new("git"), &["--version"], &[], Duration::from_secs(5)).await {
        Ok(answer) if answer.success => {
            let said = answer.stdout.trim().to_owned();
            if is_older(&said, UPDATES_SINCE) {
                let message = format!("{said}: older than 2.40, so branches cannot be updated from their base here");
                Check::new("git", "Git", CheckStatus::Warning, message).remedy("Install a newer git.", None)
            } else {
                Check::new("git", "Git", CheckStatus::Ok, said)
            }
        }
        _ => Check::new("git", "Git", CheckStatus::Error, "Not found on PATH")
            .remedy("Install git with the system's package manager.", None),
    }
}

/// Whether `git version 2.39.5` and the like is below `wanted`; what cannot be read is not.
fn is_older(said: &str, wanted: (u32, u32)) -> bool {
    let numbers = said.split_whitespace().find(|word| word.starts_with(|char: char| char.is_ascii_digit())).unwrap_or_default();
    let mut numbers = numbers.split('.').map(str::parse::<u32>);
    matches!((numbers.next(), numbers.next()), (Some(Ok(major)), Some(Ok(minor))) if (major, minor) < wanted)
}

fn disk_check(path: &Path) -> Check {
    match rustix::fs::statvfs(path) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            let message = format!("{:.1} GB free for {}", free as f64 / 1e9, path.display());
            if free < LITTLE_SPACE {
                Check::new("disk", "Disk", CheckStatus::Warning, message)
                    .remedy("Free some space: a run that finds none ends with disk_full.", None)
            } else {
                Check::new("disk", "Disk", CheckStatus::Ok, message)
            }
        }
        Err(error) => Check::new("disk", "Disk", CheckStatus::Unknown, format!("{}: {error}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_git_is_told_from_a_new_one() {
        assert!(is_older("git version 2.34.1", UPDATES_SINCE) && is_older("git version 1.8", UPDATES_SINCE));
        assert!(!is_older("git version 2.47.3", UPDATES_SINCE) && !is_older("git version 2.40.0 (Apple Git-1)", UPDATES_SINCE));
        assert!(!is_older("git version next", UPDATES_SINCE));
    }
}
